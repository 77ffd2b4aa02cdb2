/** What comes first. Pure. */
import type { Alert, Call, Colour, Deadline, IncidentHead } from '@/wire/objects'

/** By time left: the most overdue first. Sorting by due time is sorting by time left. */
/** What somebody owes, by time left; when the machine looks at a plan's rules again is nobody's obligation. */
export function sortDeadlines(deadlines: Deadline[]): Deadline[] {
  return deadlines.filter((one) => one.kind !== 'watch').sort((a, b) => (a.due_at < b.due_at ? -1 : a.due_at > b.due_at ? 1 : a.id < b.id ? -1 : 1))
}

/** Open ones first, the newest on top; closed ones after them. */
export function sortIncidents(incidents: IncidentHead[]): IncidentHead[] {
  return [...incidents].sort((a, b) => {
    if (a.status !== b.status) return a.status === 'open' ? -1 : 1
    return a.opened_at < b.opened_at ? 1 : -1
  })
}

const WEIGHT: Record<Colour, number> = { red: 4, orange: 3, yellow: 2, blue: 1 }

/** Those that somebody must still deal with: unanswered before answered, the worst colour first, our own area before others. */
export function openAlerts(alerts: Alert[]): Alert[] {
  const score = (a: Alert) => (a.state === 'new' ? 100 : 0) + (a.colour ? WEIGHT[a.colour] * 10 : 0) + (a.inside_area === false ? 0 : 5)
  return alerts
    .filter((one) => one.state === 'new' || one.state === 'acknowledged')
    .sort((a, b) => score(b) - score(a) || (a.received_at < b.received_at ? 1 : -1))
}

const NEAR_KM = 300

/** Whether an alert concerns us at first sight: a warning with a colour, in our area, or near it. An unknown distance is not a far one. */
export function concernsUs(alert: Alert): boolean {
  return alert.colour !== null || alert.inside_area === true || alert.distance_km === null || alert.distance_km <= NEAR_KM
}

export function openCalls(calls: Call[]): Call[] {
  return calls.filter((one) => one.state === 'open').sort((a, b) => (a.received_at < b.received_at ? 1 : -1))
}
