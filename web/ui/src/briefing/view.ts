/** What a presenter shows: a section of the page and a place on the map. Telemetry of a few hundred bytes, the newest one counts. */

export const SECTIONS = ['situation', 'assessment', 'trend', 'grade', 'options', 'tasks', 'forces', 'decisions', 'instructions'] as const
export type Section = (typeof SECTIONS)[number]

export interface MapPlace {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
}

export interface PresentedView {
  /** False when the presenter has stopped: those who follow stay where they are. */
  readonly on: boolean
  readonly section: Section
  readonly map: MapPlace | null
  readonly by: { readonly id: string; readonly name: string } | null
  /** Realm time, set by the server. */
  readonly at: string | null
}

/** Rounded to what an eye can see on a wall, about ten metres, so that a still hand sends nothing. */
export function roundedPlace(place: MapPlace): MapPlace {
  return { lon: round(place.lon, 4), lat: round(place.lat, 4), zoom: round(place.zoom, 2) }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

export function viewFrame(on: boolean, section: Section, map: MapPlace | null): Record<string, unknown> {
  return { on, section, map: map === null ? null : roundedPlace(map) }
}

/** Reads what came over the wire; null for anything that is not a view, which is then ignored. */
export function readView(item: unknown): PresentedView | null {
  if (!isRecord(item)) return null
  const section = SECTIONS.find((known) => known === item.section)
  if (section === undefined || typeof item.on !== 'boolean') return null
  return {
    on: item.on,
    section,
    map: readPlace(item.map),
    by: isRecord(item.by) && typeof item.by.id === 'string' && typeof item.by.name === 'string' ? { id: item.by.id, name: item.by.name } : null,
    at: typeof item.at === 'string' ? item.at : null,
  }
}

function readPlace(item: unknown): MapPlace | null {
  if (!isRecord(item)) return null
  const { lon, lat, zoom } = item
  const good = (value: unknown, most: number): value is number => typeof value === 'number' && Math.abs(value) <= most
  return good(lon, 180) && good(lat, 90) && good(zoom, 24) ? { lon, lat, zoom } : null
}

function isRecord(item: unknown): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null
}

export function samePlace(a: MapPlace | null, b: MapPlace | null): boolean {
  if (a === null || b === null) return a === b
  const one = roundedPlace(a)
  const other = roundedPlace(b)
  return one.lon === other.lon && one.lat === other.lat && one.zoom === other.zoom
}
