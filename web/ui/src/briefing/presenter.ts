/** Presenting and following: one person moves the map and the page, every site on this briefing sees the same, over the same socket. */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { MapLook } from '@/map/view'
import { useSession } from '@/session/session'
import { clockPace, realmNow } from '@/time/clock'
import { useWall } from '@/time/wall'
import { present, useTelemetry } from '@/wire/pictures'
import { readView, samePlace, viewFrame, type MapPlace, type PresentedView, type Section } from './view'

/** Sent again this often while nothing moves, so that a site which joins late or lost a frame catches up. */
const AGAIN_MS = 10_000
/** Without a word for this long the presenter is gone, whatever he showed last. */
const GONE_MS = 45_000
const SEND_EVERY_MS = 250
const PRESENTERS = new Set(['leader', 'duty_officer', 'exercise_director'])

export interface Presenter {
  readonly mayPresent: ComputedRef<boolean>
  readonly presenting: Ref<boolean>
  /** Somebody else's view, while he presents. */
  readonly shown: ComputedRef<PresentedView | null>
  readonly following: Ref<boolean>
  readonly section: ShallowRef<Section>
  readonly look: ShallowRef<MapLook | null>
  /** Set when another took over while this screen presented. */
  readonly takenOver: ShallowRef<string | null>
  /** `from`: where the map looks now. */
  start(from: MapLook | null): void
  stop(): void
  /** The user turned to a section or moved the map himself. */
  turn(section: Section): void
  moved(look: MapLook): void
  follow(on: boolean): void
}

export function usePresenter(incident: () => string): Presenter {
  const session = useSession()
  const wall = useWall()
  const views = useTelemetry(() => `view:${incident()}`)
  const presenting = ref(false)
  const following = ref(true)
  const section = shallowRef<Section>('situation')
  const look = shallowRef<MapLook | null>(null)
  const takenOver = shallowRef<string | null>(null)
  const heard = shallowRef(0)

  const newest = computed(() => readView(views.items.value.now))
  watch(
    newest,
    (view) => {
      if (view === null) return
      // What was already there when we came may be old: its age on the realm's clock tells.
      const age = view.at === null ? 0 : (realmNow() - Date.parse(view.at)) / Math.max(1, clockPace.value.speed)
      heard.value = Date.now() - Math.max(0, age)
    },
    { immediate: true },
  )
  const fresh = computed(() => newest.value !== null && newest.value.on && wall.value - heard.value < GONE_MS)
  const shown = computed(() => (fresh.value && !presenting.value ? newest.value : null))

  watch(
    [shown, following],
    () => {
      const view = shown.value
      if (view === null || !following.value) return
      section.value = view.section
      if (view.map !== null && !samePlace(view.map, placeOf(look.value))) {
        look.value = { center: [view.map.lon, view.map.lat], zoom: view.map.zoom, bearing: 0 }
      }
    },
    { immediate: true },
  )
  watch(newest, (view) => {
    if (!presenting.value || view?.on !== true || view.by === null || view.by.id === session.account.value?.id) return
    presenting.value = false
    takenOver.value = view.by.name
    clearInterval(again)
  })

  let again: ReturnType<typeof setInterval> | undefined
  let soon: ReturnType<typeof setTimeout> | undefined

  function send(): void {
    soon = undefined
    if (presenting.value) present(incident(), viewFrame(true, section.value, placeOf(look.value)))
  }
  function sendSoon(): void {
    if (presenting.value) soon ??= setTimeout(send, SEND_EVERY_MS)
  }
  function stop(): void {
    if (!presenting.value) return
    presenting.value = false
    clearInterval(again)
    clearTimeout(soon)
    soon = undefined
    present(incident(), viewFrame(false, section.value, placeOf(look.value)))
  }
  onScopeDispose(stop)
  watch(incident, stop, { flush: 'sync' })

  return {
    mayPresent: computed(() => session.roles.value.some((role) => PRESENTERS.has(role))),
    presenting,
    shown,
    following,
    section,
    look,
    takenOver,
    start(from) {
      takenOver.value = null
      look.value = from ?? look.value
      presenting.value = true
      send()
      again = setInterval(send, AGAIN_MS)
    },
    stop,
    turn(to) {
      section.value = to
      // Who turns the page himself has stopped following, until he says otherwise.
      if (shown.value !== null) following.value = false
      sendSoon()
    },
    moved(to) {
      look.value = to
      if (shown.value !== null) following.value = false
      sendSoon()
    },
    follow(on) {
      following.value = on
    },
  }
}

function placeOf(look: MapLook | null): MapPlace | null {
  return look === null ? null : { lon: look.center[0], lat: look.center[1], zoom: look.zoom }
}
