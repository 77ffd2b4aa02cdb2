/** What the server understood of one line of an instruction (`GET /api/instruction-reading`), and the subjects of consultations. */
import { computed, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { useCatalogue } from '@/catalogue/catalogue'
import { asProblem, get } from '@/wire/api'
import type { InstructionChannel, Urgency } from '@/wire/objects'

export interface LeaderFound {
  name: string
  post_zh: string | null
  post_en: string | null
  account_id: string | null
}

export interface SuggestedOrder {
  department: string | null
  title: string
  text: string
  minutes: number | null
  support: string[]
}

export interface InstructionReading {
  text: string
  said: string | null
  leader: LeaderFound | null
  candidates: LeaderFound[]
  channel: InstructionChannel | null
  urgency: Urgency
  orders: SuggestedOrder[]
  missing: ('leader' | 'channel' | 'department' | 'time')[]
}

const WAIT_MS = 160
/** A server that says nothing must not hold up an instruction: it is written down as it was typed. */
const GIVE_UP_MS = 3_000

export async function readInstruction(line: string): Promise<InstructionReading> {
  return get<InstructionReading>(`/api/instruction-reading?text=${encodeURIComponent(line)}`, { signal: AbortSignal.timeout(GIVE_UP_MS) })
}

/** The reading of the line as it stands; null while it is too short or could not be read. */
export function useReading(line: Ref<string>): { reading: ShallowRef<InstructionReading | null>; trouble: Ref<string> } {
  const reading = shallowRef<InstructionReading | null>(null)
  const trouble = ref('')
  let timer: ReturnType<typeof setTimeout> | null = null
  let turn = 0
  watch(line, (text) => {
    if (timer) clearTimeout(timer)
    const mine = ++turn
    if (text.trim().length < 2) {
      reading.value = null
      trouble.value = ''
      return
    }
    timer = setTimeout(() => {
      readInstruction(text.trim()).then((found) => {
        if (mine !== turn) return
        reading.value = found
        trouble.value = ''
      }, (thrown: unknown) => {
        if (mine !== turn) return
        reading.value = null
        trouble.value = asProblem(thrown).detail
      })
    }, WAIT_MS)
  }, { immediate: true })
  return { reading, trouble }
}

export interface Subject {
  zh: string
  en: string
  safety: boolean
  mode: 'explicit' | 'tacit'
  ask: string[]
  lead: string
  minutes: number
  merge_minutes: number
  question_zh: string
  question_en: string
  basis: string
  source: string | null
}

/** What may be asked of several departments at once, as the city's rules say. */
export function useSubjects(): ComputedRef<Record<string, Subject>> {
  const { catalogue } = useCatalogue()
  return computed(() => ((catalogue.value?.consultations as { subjects?: Record<string, Subject> } | undefined)?.subjects ?? {}))
}

export interface InstructionRules {
  urgencies: Record<Urgency, { feedback_minutes: number }>
  default_urgency: Urgency
  order_minutes: number
}

export function useInstructionRules(): ComputedRef<InstructionRules | null> {
  const { catalogue } = useCatalogue()
  return computed(() => (catalogue.value?.instructions as InstructionRules | undefined) ?? null)
}
