/** Shelters, depots and hospitals as features: how each stands, what is written beside it, and whether that is old. Unknown is not nought. */
import type { Feature, FeatureCollection } from 'geojson'
import type { Locale } from '@/i18n/locale'
import type { DepotStock, Means, MeansTarget } from '@/resources/means'
import { fillOf } from '@/resources/resources'
import type { Fill, Hospital } from '@/resources/resources'
import type { Point, Shelter } from '@/wire/objects'
import { collection } from './features'
import { BED_SIGN, DEPOT_SIGN, SHELTER_SIGN } from './resource_icons'

export type ShelterState = Fill | 'standby' | 'unusable'
export type BedState = 'free' | 'none' | 'unknown' | 'diverting'
export type DepotState = 'good' | 'soon' | 'expired'
/** Of several the one that wants an eye first. A place that nobody counted comes before one that has room. */
export const RANK: Record<Fill, number> = { free: 0, unknown: 1, nearly: 2, full: 3, over: 4 }
export const FULL_RANK = RANK.full

export interface Limits {
  nearly: number
  shelterStaleMs: number
  bedsStaleMs: number
}
export interface Told {
  tongue: Locale
  limits: Limits
  /** The realm's time (ms). */
  now: number
  say: (key: string, named?: Record<string, unknown>) => string
  age: (at: string) => string
  name: (one: object) => string
}

export const shelterState = (one: Shelter, nearly: number): ShelterState => (one.state === 'open' ? fillOf(one, nearly) : one.state)
const isOld = (at: string | null, limit: number, now: number): boolean => at !== null && now - Date.parse(at) > limit

/** People in it, places kept for others, places in all: `12+30/200`. */
export function placesWords(one: Shelter): string {
  const kept = one.promised + one.reserved
  return `${one.occupied ?? '?'}${kept ? `+${kept}` : ''}/${one.capacity}`
}

/** Free beds as far as they are reported. `partly`: some wards are not. */
export function bedsOf(one: Hospital): { free: number | null; partly: boolean } {
  const wards = Object.values(one.wards)
  const known = wards.filter((ward) => ward.available !== null)
  return { free: known.length ? known.reduce((sum, ward) => sum + (ward.available ?? 0), 0) : null, partly: known.length > 0 && known.length < wards.length }
}
export function bedState(one: Hospital): BedState {
  if (one.emergency === 'diverting') return 'diverting'
  const { free, partly } = bedsOf(one)
  return free === null || (free === 0 && partly) ? 'unknown' : free === 0 ? 'none' : 'free'
}
export const depotState = (one: DepotStock): DepotState => (one.expired ? 'expired' : one.soon ? 'soon' : 'good')

function point(at: Point, properties: Record<string, unknown>): Feature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [at.lon, at.lat] }, properties }
}

/** Open ones, which the map gathers from afar, and the others, which it shows only from near. */
export function shelterFeatures(shelters: readonly Shelter[], told: Told): { open: FeatureCollection; idle: FeatureCollection } {
  const open: Feature[] = []
  const idle: Feature[] = []
  for (const one of shelters) {
    const state = shelterState(one, told.limits.nearly)
    const old = one.state === 'open' && isOld(one.reported_at, told.limits.shelterStaleMs, told.now)
    const facts = { id: one.id, kind: 'shelter', state, old, icon: `shelter|${state}|${SHELTER_SIGN[told.tongue]}|${old ? 'old' : ''}` }
    if (state === 'standby' || state === 'unusable') {
      const words = state === 'standby' ? told.say('resources.holds', { n: one.capacity }) : told.say('resources.state.unusable')
      idle.push(point(one.point, { ...facts, title: `${told.name(one)}\n${words}` }))
      continue
    }
    const word = told.say(`resources.fill.${state}`)
    const places = state === 'unknown' ? told.say('resources.unknown_people', { n: one.capacity }) : state === 'free' ? placesWords(one) : `${word} ${placesWords(one)}`
    const short = old && one.reported_at ? `${places} · ${told.age(one.reported_at)}` : places
    open.push(point(one.point, { ...facts, rank: RANK[state], short, title: `${told.name(one)}\n${short}` }))
  }
  return { open: collection(open), idle: collection(idle) }
}

export function depotFeatures(depots: readonly DepotStock[], told: Told): FeatureCollection {
  return collection(depots.map((one) => {
    const state = depotState(one)
    const words = [told.say('map.means.kinds', { n: one.rows.filter((row) => row.free > 0).length }), ...(one.expired ? [told.say('map.means.expired', { n: one.expired })] : one.soon ? [told.say('map.means.soon', { n: one.soon })] : [])]
    return point(one.point, { id: one.code, kind: 'depot', state, icon: `depot|${state}|${DEPOT_SIGN[told.tongue]}`, title: `${told.name(one)}\n${words.join(' · ')}` })
  }))
}

export function bedFeatures(hospitals: readonly Hospital[], told: Told): FeatureCollection {
  return collection(hospitals.map((one) => {
    const state = bedState(one)
    const { free, partly } = bedsOf(one)
    const old = isOld(one.reported_at, told.limits.bedsStaleMs, told.now)
    const beds = free === null ? told.say('map.means.beds_unknown') : told.say(partly ? 'map.means.beds_partly' : 'map.means.beds', { n: free })
    const words = [...(state === 'diverting' ? [told.say('resources.emergency.diverting')] : []), beds, ...(old && one.reported_at ? [told.age(one.reported_at)] : [])]
    const short = words.join(' · ')
    return point(one.point, { id: one.id, kind: 'hospital', state, old, icon: `beds|${state}|${BED_SIGN[told.tongue]}|${old ? 'old' : ''}`, short, title: `${told.name(one)}\n${short}` })
  }))
}

/** Where the one is whose card is open. */
export function pointOfMeans(means: Means | null | undefined, what: MeansTarget | null): Point | null {
  if (!means || !what) return null
  switch (what.kind) {
    case 'shelter':
      return means.shelters.find((one) => one.id === what.id)?.point ?? null
    case 'depot':
      return means.depots.find((one) => one.code === what.id)?.point ?? null
    case 'hospital':
      return means.hospitals.find((one) => one.id === what.id)?.point ?? null
  }
}

export function chosenFeature(means: Means | null | undefined, what: MeansTarget | null): FeatureCollection {
  const at = pointOfMeans(means, what)
  return collection(at ? [point(at, { kind: what?.kind })] : [])
}
