/**
 * The city's means as a map shows them: shelters, depots that hold stock, hospitals with their beds. Open shelters move with the picture that
 * has them; the rest is fetched, and fetched again when the stream `resources` says that something changed. Nobody else's transport.
 */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import { asProblem } from '@/wire/api'
import type { FactLine, Shelter } from '@/wire/objects'
import { useFacts, usePicture } from '@/wire/pictures'
import { byItem, readBeds, readShelters, readStock } from './resources'
import type { Depot, Hospital, ItemStock, Stock } from './resources'

export interface DepotStock extends Depot {
  /** What may be used, the most first; what has expired is in no `free`. */
  rows: ItemStock[]
  /** Lots of goods that expire soon, and that have expired. */
  soon: number
  expired: number
}
export interface Means {
  shelters: Shelter[]
  depots: DepotStock[]
  hospitals: Hospital[]
}
export type MeansKind = 'shelter' | 'depot' | 'hospital'
export interface MeansTarget {
  kind: MeansKind
  id: string
}
export const MEANS_KINDS: readonly MeansKind[] = ['shelter', 'depot', 'hospital']
/** The row of the layer tree of each, and the part of `/resources` where it is kept. */
export const MEANS_ROW = { shelter: 'shelters', depot: 'depots', hospital: 'beds' } as const
export const MEANS_PART = { shelter: 'shelters', depot: 'stock', hospital: 'beds' } as const
export type MeansRow = (typeof MEANS_ROW)[MeansKind]
const ROWS: readonly MeansRow[] = ['shelters', 'depots', 'beds']

/** Where there is only a picture of shelters (an incident's, the board's): those, and nothing of depots and beds. */
export const onlyShelters = (shelters: Record<string, Shelter> | undefined): Means => ({ shelters: Object.values(shelters ?? {}), depots: [], hospitals: [] })

/** Of two words on a shelter the newer: the picture is usually ahead of what was fetched. */
export function newestShelters(fetched: readonly Shelter[], live: Record<string, Shelter> | undefined): Shelter[] {
  const known = new Map(fetched.map((one) => [one.id, one]))
  for (const one of Object.values(live ?? {})) {
    if (one.version >= (known.get(one.id)?.version ?? 0)) known.set(one.id, one)
  }
  return [...known.values()]
}

/** Depots that hold anything, free, promised or expired; an empty one is no place to drive to. */
export function depotsOf(stock: Stock): DepotStock[] {
  return stock.depots.flatMap((depot) => {
    const lots = stock.lots.filter((lot) => lot.depot === depot.code && lot.free + lot.committed > 0)
    if (lots.length === 0) return []
    const held = (expiry: 'soon' | 'expired') => lots.filter((lot) => lot.expiry === expiry && lot.free > 0).length
    const rows = byItem(stock, depot.code).filter((row) => row.free + row.committed + row.expired > 0).sort((a, b) => b.free - a.free)
    return [{ ...depot, rows, soon: held('soon'), expired: held('expired') }]
  })
}

/** A township's health centre that never reported beds is no hospital to look at. */
export const hospitalsOf = (all: readonly Hospital[]): Hospital[] => all.filter((one) => !one.id.startsWith('clinic') || one.reported_at !== null)

/** What a fact of `resources` may have changed. */
export function changedBy(kind: string): readonly MeansRow[] {
  // The people of an open shelter come with the picture; its opening and closing too, but then it leaves or enters what is fetched.
  if (kind === 'shelter.reported') return []
  if (kind === 'beds.reported') return ['beds']
  if (kind.startsWith('shelter.') || kind.startsWith('evacuation.')) return ['shelters']
  if (kind.startsWith('stock.')) return ['depots']
  return ['shelters', 'depots']
}

const LOOK_MS = 60_000
const RETRY_MS = 10_000
const GATHER_MS = 600
/** In a storm of facts each desk reads this often, not at every fact. */
const LEAST_GAP_MS = 3_000

interface Asked {
  /** Whose means: a city's or a county's code; null: whoever looks oversees nothing. */
  area: () => string | null
  /** Open shelters as a picture has them. */
  live: () => Record<string, Shelter> | undefined
}

export interface MeansNow {
  means: ComputedRef<Means>
  /** Wall time (ms) at which all of it was known to be so; 0 = never. */
  heardAt: ComputedRef<number>
  /** Why something could not be read, by row. */
  failures: ComputedRef<Partial<Record<MeansRow, string>>>
  again: () => void
}

export function useMeans(asked: Asked): MeansNow {
  const shelters = shallowRef<Shelter[]>([])
  const depots = shallowRef<DepotStock[]>([])
  const hospitals = shallowRef<Hospital[]>([])
  const failed = ref<Partial<Record<MeansRow, string>>>({})
  const readAt = ref<Record<MeansRow, number>>({ shelters: 0, depots: 0, beds: 0 })
  const live = computed(asked.live)
  // A county's officer does not follow the city's stream (decision 0028): he looks every minute.
  const stream = computed(() => (asked.area()?.length === 4 ? 'resources' : null))
  const told = usePicture(stream)

  const READ: Record<MeansRow, (area: string) => Promise<void>> = {
    shelters: async (area) => { shelters.value = (await readShelters(area)).shelters },
    depots: async (area) => { depots.value = depotsOf(await readStock()).filter((one) => one.area_code.startsWith(area)) },
    beds: async (area) => { hospitals.value = hospitalsOf((await readBeds(area)).hospitals) },
  }
  const wanted = new Set<MeansRow>()
  let timer: ReturnType<typeof setTimeout> | null = null
  let lastRead = 0
  let reading = false
  let gone = false

  function soon(wait: number): void {
    if (gone) return
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => { void read() }, wait)
  }
  async function read(): Promise<void> {
    const area = asked.area()
    if (area === null || reading) return
    const rows = wanted.size ? [...wanted] : ROWS
    wanted.clear()
    reading = true
    lastRead = Date.now()
    await Promise.all(rows.map(async (row) => {
      try {
        await READ[row](area)
        readAt.value = { ...readAt.value, [row]: Date.now() }
        failed.value = { ...failed.value, [row]: '' }
      } catch (thrown) {
        failed.value = { ...failed.value, [row]: asProblem(thrown).detail }
      }
    }))
    reading = false
    const waiting = wanted.size > 0
    soon(waiting ? LEAST_GAP_MS : ROWS.some((row) => failed.value[row]) ? RETRY_MS : LOOK_MS)
  }
  function changed(rows: readonly MeansRow[]): void {
    if (rows.length === 0) return
    const first = wanted.size === 0
    for (const row of rows) wanted.add(row)
    if (first && !reading) soon(Math.max(GATHER_MS, lastRead + LEAST_GAP_MS - Date.now()))
  }
  useFacts(stream, (facts: FactLine[]) => { changed([...new Set(facts.flatMap((fact) => changedBy(fact.kind)))]) })
  // After a gap in the line what was missed is not told fact by fact.
  watch([asked.area, () => told.status.value === 'live'], () => {
    wanted.clear()
    soon(0)
  }, { immediate: true })
  onScopeDispose(() => {
    gone = true
    if (timer) clearTimeout(timer)
  })

  return {
    means: computed(() => ({ shelters: newestShelters(shelters.value, live.value), depots: depots.value, hospitals: hospitals.value })),
    heardAt: computed(() => {
      const least = Math.min(...ROWS.map((row) => readAt.value[row]))
      const quiet = stream.value !== null && told.status.value === 'live' && !ROWS.some((row) => failed.value[row])
      return least > 0 && quiet ? Math.max(least, told.lastHeardAt.value) : least
    }),
    failures: computed(() => failed.value),
    again: () => {
      wanted.clear()
      soon(0)
    },
  }
}
