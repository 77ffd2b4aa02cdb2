/** What the desk holds itself, by the words typed: incidents and units, in memory, before the gazetteer has answered. Pure. */
import type { IncidentHead, Unit } from '@/wire/objects'
import type { FoundPlace } from './place'

export interface Own {
  kind: 'incident' | 'unit'
  id: string
  title: string
  note: string
  lon: number | null
  lat: number | null
  score: number
}

export interface At {
  lon: number
  lat: number
}

export type Row = { own: Own; place: null } | { own: null; place: FoundPlace }

const MOST = 6

/** 3 whole, 2 beginning, 1 inside, 0 not at all. */
function fits(text: string, ...names: (string | null | undefined)[]): number {
  let best = 0
  for (const name of names) {
    const here = (name ?? '').toLowerCase()
    if (!here) continue
    if (here === text) return 3
    if (here.startsWith(text)) best = Math.max(best, 2)
    else if (here.includes(text)) best = Math.max(best, 1)
  }
  return best
}

/** What is meant first: an object of ours by its whole name, a place, an object by a part of its name, a place that is only alike. */
export function inOrder(own: Own[], places: FoundPlace[]): Row[] {
  const whole = own.filter((one) => one.score >= 3)
  const sure = places.filter((one) => one.match !== 'alike')
  const ours = (list: Own[]): Row[] => list.map((one) => ({ own: one, place: null }))
  const theirs = (list: FoundPlace[]): Row[] => list.map((one) => ({ own: null, place: one }))
  return [...ours(whole), ...theirs(sure), ...ours(own.filter((one) => one.score < 3)), ...theirs(places.filter((one) => one.match === 'alike'))]
}

export function ownMatches(typed: string, incidents: IncidentHead[], units: Unit[], where: Record<string, At>): Own[] {
  const text = typed.trim().toLowerCase()
  if (text.length < 1) return []
  const found: Own[] = []
  for (const one of incidents) {
    const score = fits(text, one.title, one.no, one.place)
    if (score) found.push({ kind: 'incident', id: one.id, title: one.title, note: `${one.no} · ${one.place}`, lon: one.point?.lon ?? null, lat: one.point?.lat ?? null, score: score + (one.status === 'open' ? 0.5 : 0) })
  }
  for (const one of units) {
    const score = fits(text, one.call_sign, one.code, one.name, one.name_en, one.phone)
    if (!score) continue
    const at = where[one.id] ?? one.point
    found.push({ kind: 'unit', id: one.id, title: one.call_sign, note: one.name, lon: at?.lon ?? null, lat: at?.lat ?? null, score })
  }
  return found.sort((a, b) => b.score - a.score || a.title.localeCompare(b.title)).slice(0, MOST)
}
