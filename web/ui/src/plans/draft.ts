/** The draft under somebody's hands: judged as it is written, saved with a version number, and kept on this machine until it is saved. */
import { computed, onScopeDispose, reactive, ref, shallowRef, toRaw, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { useAct } from '@/desk/act'
import type { Act } from '@/desk/act'
import { say } from '@/i18n'
import { check, readable, tidy } from './plans'
import type { Finding, PlanContent, VersionWhole } from './plans'

const JUDGE_MS = 500

export interface Draft {
  content: PlanContent
  findings: ShallowRef<Finding[]>
  checking: Ref<boolean>
  /** The server could not be asked; what is shown is what it said last. */
  unjudged: Ref<boolean>
  dirty: ComputedRef<boolean>
  /** What was found on this machine from before and not saved. */
  restored: Ref<boolean>
  act: Act
  save: () => Promise<boolean>
  discard: () => void
}

function key(whole: VersionWhole): string {
  return `fengsui.plan.${whole.plan_id}.${whole.version}.${whole.changes}`
}

function kept(name: string): PlanContent | null {
  try {
    const text = localStorage.getItem(name)
    return text === null ? null : readable(JSON.parse(text) as Record<string, unknown>)
  } catch {
    return null
  }
}

export function useDraft(whole: () => VersionWhole, saved: () => void): Draft {
  const began = readable(whole().content)
  const before = kept(key(whole()))
  const content = reactive(before ?? began)
  const act = useAct()
  const findings = shallowRef<Finding[]>(whole().findings)
  const checking = ref(false)
  const unjudged = ref(false)
  const restored = ref(before !== null)
  const expect = ref(whole().changes)
  const held = ref(JSON.stringify(tidy(began)))
  const now = computed(() => JSON.stringify(tidy(content)))
  const dirty = computed(() => now.value !== held.value)

  let timer: ReturnType<typeof setTimeout> | null = null
  let asking: AbortController | null = null
  async function judge(): Promise<void> {
    asking?.abort()
    const mine = (asking = new AbortController())
    checking.value = true
    try {
      findings.value = (await check(tidy(toRaw(content)), mine.signal)).findings
      unjudged.value = false
    } catch {
      if (mine.signal.aborted) return
      unjudged.value = true
    }
    if (asking === mine) checking.value = false
  }
  function keep(): void {
    try {
      if (dirty.value) localStorage.setItem(key(whole()), now.value)
      else localStorage.removeItem(key(whole()))
    } catch {
      // No room on this machine: then only saving keeps it.
    }
  }
  watch(now, () => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => { keep(); void judge() }, JUDGE_MS)
  }, { immediate: before !== null })

  async function save(): Promise<boolean> {
    const sent = now.value
    const data = { plan_id: whole().plan_id, version: whole().version, expect: expect.value, content: JSON.parse(sent) as Record<string, unknown> }
    const answer = await act.send('plan.save', 'plans', data, { done: say('plans.saved') })
    if (!answer || !('result' in answer)) return false
    try {
      localStorage.removeItem(key(whole()))
    } catch {
      // Nothing was kept.
    }
    expect.value = Number(answer.result.changes)
    held.value = sent
    restored.value = false
    saved()
    return true
  }
  /** The content as the server has it now: somebody else saved, or what was written here is given up. */
  function adopt(): void {
    const fresh = readable(whole().content)
    for (const name of Object.keys(content)) if (!(name in fresh)) Reflect.deleteProperty(content, name)
    Object.assign(content, fresh)
    held.value = JSON.stringify(tidy(fresh))
    expect.value = whole().changes
    findings.value = whole().findings
    restored.value = false
  }
  watch(() => whole().changes, (changes) => {
    if (changes !== expect.value && !dirty.value) adopt()
  })
  function discard(): void {
    try {
      localStorage.removeItem(key(whole()))
    } catch {
      // Nothing was kept.
    }
    adopt()
    saved() // read anew: somebody else may have saved meanwhile
  }
  function leaving(event: BeforeUnloadEvent): void {
    if (dirty.value) event.preventDefault()
  }
  window.addEventListener('beforeunload', leaving)
  onScopeDispose(() => {
    window.removeEventListener('beforeunload', leaving)
    if (timer) {
      clearTimeout(timer)
      keep()
    }
    asking?.abort()
  })
  return { content, findings, checking, unjudged, dirty, restored, act, save, discard }
}
