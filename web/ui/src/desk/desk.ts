/** The desk's one selection: incident in the queue, map, timeline and right panel are always the same one. */
import { computed, inject, provide, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, InjectionKey, Ref, ShallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useSession } from '@/session/session'
import type { MeansTarget } from '@/resources/means'
import { rememberIncident } from '@/shell/lastIncident'
import { usePicture } from '@/wire/pictures'
import type { Followed } from '@/wire/pictures'
import type { Alert, Call, Deadline, Incident, IncidentHead, Unit } from '@/wire/objects'
import { concernsUs, openAlerts, openCalls, sortDeadlines, sortIncidents } from './order'

export type Selection = { kind: 'incident' | 'alert' | 'call'; id: string }
export const TABS = ['situation', 'assessment', 'headquarters', 'response', 'tasks', 'instructions', 'forces', 'resources', 'reports', 'briefing'] as const
export type Tab = (typeof TABS)[number]
export type QueueTab = 'alerts' | 'incidents' | 'mine'
export type PhonePart = 'queue' | 'map' | 'detail' | 'log'

export interface Desk {
  board: Followed
  stream: ComputedRef<string>
  incidents: ComputedRef<IncidentHead[]>
  alerts: ComputedRef<Alert[]>
  calls: ComputedRef<Call[]>
  units: ComputedRef<Unit[]>
  deadlines: ComputedRef<Deadline[]>
  selection: Ref<Selection | null>
  /** The selected incident's picture; null stream when something else is selected. */
  incident: Followed
  incidentId: ComputedRef<string | null>
  head: ComputedRef<Incident | IncidentHead | null>
  selectedAlert: ComputedRef<Alert | null>
  selectedCall: ComputedRef<Call | null>
  tab: Ref<Tab>
  queueTab: Ref<QueueTab>
  part: Ref<PhonePart>
  /** What a deadline or a proposal led to: the task, the order whose unit is to be replaced, the request, the instruction, the proposal, or the report's channel. */
  lead: Ref<{ task?: string; replace?: string; request?: string; instruction?: string; proposal?: string; channel?: 'phone' | 'written' } | null>
  select: (what: Selection | null, tab?: Tab) => void
  settle: (deadline: Deadline) => void
  /** The form that lies over the right panel, if any. */
  sheet: Ref<Sheet | null>
  /** Where the map should look next. */
  look: ShallowRef<{ lon: number; lat: number; zoom?: number } | null>
  /** A shelter, a depot or a hospital to be shown there with its card. */
  means: ShallowRef<MeansTarget | null>
  /** The command bar asked to put the selected alert or call to an incident. */
  attaching: Ref<boolean>
}

export type Sheet =
  | { kind: 'open_incident'; alertId?: string; callId?: string; title?: string }
  | { kind: 'call'; text?: string }
  | { kind: 'instruct'; text?: string }
  | { kind: 'close' | 'reopen' | 'link' | 'correct' | 'draw' }

const KEY: InjectionKey<Desk> = Symbol('desk')

export function useDesk(): Desk {
  const desk = inject(KEY)
  if (!desk) throw new Error('useDesk outside the desk')
  return desk
}

/** Make the desk; called once by its screen. */
export function provideDesk(): Desk {
  const session = useSession()
  const route = useRoute()
  const router = useRouter()
  const stream = computed(() => {
    const area = session.account.value?.grants.find((grant) => ['duty_officer', 'leader', 'supervisor', 'auditor', 'administrator', 'exercise_director', 'evaluator'].includes(grant.role))?.area ?? ''
    return area.length >= 6 ? `board:${area.slice(0, 6)}` : 'board'
  })
  const board = usePicture(stream)
  const selection = ref<Selection | null>(fromQuery(route.query))
  const incidentId = computed(() => (selection.value?.kind === 'incident' ? selection.value.id : null))
  const incident = usePicture(() => (incidentId.value ? `incident:${incidentId.value}` : null))
  const tab = ref<Tab>('situation')
  const queueTab = ref<QueueTab>('incidents')
  const part = ref<PhonePart>('queue')
  const lead = ref<Desk['lead']['value']>(null)
  const sheet = ref<Sheet | null>(null)
  const look = shallowRef<Desk['look']['value']>(null)
  const means = shallowRef<Desk['means']['value']>(null)
  const attaching = ref(false)

  const incidents = computed(() => sortIncidents(Object.values(board.picture.value?.incidents ?? {})))
  const alerts = computed(() => Object.values(board.picture.value?.alerts ?? {}))
  const calls = computed(() => Object.values(board.picture.value?.calls ?? {}))
  const units = computed(() => Object.values(board.picture.value?.units ?? {}))
  const deadlines = computed(() => sortDeadlines(Object.values(board.picture.value?.deadlines ?? {})))
  const head = computed(() => {
    const id = incidentId.value
    if (!id) return null
    return incident.picture.value?.incident?.[id] ?? board.picture.value?.incidents?.[id] ?? null
  })
  const chosen = (kind: Selection['kind']) => (selection.value?.kind === kind ? selection.value.id : '')
  const selectedAlert = computed(() => board.picture.value?.alerts?.[chosen('alert')] ?? null)
  const selectedCall = computed(() => board.picture.value?.calls?.[chosen('call')] ?? null)

  function select(what: Selection | null, wanted?: Tab): void {
    lead.value = null
    if (what?.id !== selection.value?.id) {
      sheet.value = null
      if (!wanted) tab.value = 'situation'
    }
    if (wanted) tab.value = wanted
    selection.value = what
    attaching.value = false
    if (what) queueTab.value = what.kind === 'incident' ? (queueTab.value === 'alerts' ? 'incidents' : queueTab.value) : 'alerts'
    if (what?.kind === 'incident') rememberIncident(what.id)
  }

  /** Go to what settles a deadline. */
  function settle(deadline: Deadline): void {
    part.value = 'detail'
    if (deadline.kind === 'alert_answer') {
      select({ kind: 'alert', id: deadline.subject_id })
      return
    }
    if (deadline.kind === 'handover') {
      void router.push({ name: 'roster' })
      return
    }
    if (!deadline.incident_id) {
      if (deadline.kind === 'request_answer') void router.push({ path: '/resources', query: { part: 'requests', request: deadline.subject_id } })
      // An instruction of no incident stands in the list beside those of any incident.
      if (deadline.subject_kind === 'instruction') {
        sheet.value = { kind: 'instruct' }
        lead.value = { instruction: deadline.subject_id }
      }
      return
    }
    const at: Record<Exclude<Deadline['kind'], 'alert_answer' | 'handover'>, Tab> = {
      task_sign: 'tasks',
      task_step: 'tasks',
      task_due: 'tasks',
      task_extension: 'tasks',
      task_pause_ask: 'tasks',
      task_pause: 'tasks',
      first_report_phone: 'reports',
      first_report_written: 'reports',
      response_decision: 'response',
      instruction_feedback: 'instructions',
      instruction_escalation: 'instructions',
      opinion_due: 'instructions',
      consultation_merge: 'instructions',
      request_answer: 'resources',
      proposal_decision: 'response',
      response_period: 'response',
      watch: 'response',
      headquarters_seat: 'headquarters',
      headquarters_act: 'headquarters',
      headquarters_call: 'headquarters',
      headquarters_transfer: 'headquarters',
    }
    select({ kind: 'incident', id: deadline.incident_id }, at[deadline.kind])
    lead.value = deadline.subject_kind === 'task'
      ? { task: deadline.subject_id }
      : deadline.subject_kind === 'request' ? { request: deadline.subject_id }
      : deadline.subject_kind === 'instruction' ? { instruction: deadline.subject_id }
      : deadline.subject_kind === 'proposal' ? { proposal: deadline.subject_id }
      : deadline.kind === 'first_report_written' ? { channel: 'written' } : deadline.kind === 'first_report_phone' ? { channel: 'phone' } : null
  }

  watch(selection, (what) => {
    const query = what ? { [what.kind]: what.id } : {}
    if (route.name === 'desk') void router.replace({ query })
  })
  // The first incident of the queue is open when nothing else was asked for; without one, what came in first wants an answer.
  watch(
    () => [incidents.value[0]?.id, openAlerts(alerts.value).find(concernsUs)?.id, openCalls(calls.value)[0]?.id],
    () => {
      if (selection.value) return
      const first = incidents.value.find((one) => one.status === 'open')
      const alert = openAlerts(alerts.value).find(concernsUs)
      const call = openCalls(calls.value)[0]
      // Nobody has chosen this: it closes no form that somebody is filling in.
      const filling = sheet.value
      if (first) select({ kind: 'incident', id: first.id })
      else if (alert) select({ kind: 'alert', id: alert.id })
      else if (call) select({ kind: 'call', id: call.id })
      sheet.value = filling
    },
    { immediate: true },
  )
  if (selection.value?.kind === 'incident') rememberIncident(selection.value.id)
  else if (selection.value) queueTab.value = 'alerts'

  const desk: Desk = { board, stream, incidents, alerts, calls, units, deadlines, selection, incident, incidentId, head, selectedAlert, selectedCall, tab, queueTab, part, lead, select, settle, sheet, look, means, attaching }
  provide(KEY, desk)
  return desk
}

function fromQuery(query: Record<string, unknown>): Selection | null {
  for (const kind of ['incident', 'alert', 'call'] as const) {
    const id = query[kind]
    if (typeof id === 'string' && id) return { kind, id }
  }
  return null
}
