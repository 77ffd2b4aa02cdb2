/**
 * Footprints of a model as features and layers. An edge is a band, one standard deviation either way, hatched and without a line of its own to be
 * taken for a border; the middle is a thin dashed line that says whose estimate it is. What was observed or drawn by a person looks like neither.
 */
import type { Feature, FeatureCollection, Geometry } from 'geojson'
import { sayIn } from '@/i18n'
import type { Locale } from '@/i18n/locale'
import { MAP_FONT } from '@/map/maplibre'
import type { Palette } from '@/map/palette'
import type { Theme } from '@/shell/theme'
import { formatSpanWords } from '@/time/format'
import type { AnswerFootprint } from '@/wire/objects'
import { zoneColours } from '../colours'
import { bandBetween, linesOf, topOf } from './rings'

export const SOURCE = 'assessment'
export const hatchName = (colour: string) => `assessment-hatch|${colour}`

export interface ShownFootprints {
  live: readonly AnswerFootprint[]
  /** Of the what-if that is looked at; only its outline is drawn. */
  supposed: { title: string; footprints: readonly AnswerFootprint[] } | null
  chosen: string | null
}

/** Isochrones are lines in time; everything else is an area in which something is expected. */
const isArea = (one: AnswerFootprint) => one.kind !== 'arrival'
const TONGUES: readonly Locale[] = ['zh', 'en']

/** Colours by what is strongest: areas of one level have one colour. */
export function coloursOf(footprints: readonly AnswerFootprint[], theme: Theme): Map<string, string> {
  const areas = footprints.filter(isArea)
  const byLevel = new Map([...new Set(areas.map((one) => one.level))].sort((a, b) => b - a).map((level): [number, string] => [level, String(level)]))
  const colours = zoneColours([...byLevel.values()], theme)
  return new Map(areas.map((one) => [one.key, colours.get(byLevel.get(one.level) ?? '') ?? '#888888']))
}

function titles(one: AnswerFootprint): Record<string, string> {
  return Object.fromEntries(TONGUES.map((tongue) => {
    const time = one.time_offset_s === null ? '' : ` ${formatSpanWords(one.time_offset_s, tongue)}`
    const name = one[tongue].includes(time.trim()) ? one[tongue] : `${one[tongue]}${time}`
    return [`title_${tongue}`, `${name} ${sayIn(tongue, `assessment.map.short_${one.basis}`)}`]
  }))
}

function areaParts(one: AnswerFootprint, colour: string, chosen: boolean): Feature[] {
  const geometry = one.geometry
  if (!geometry) return []
  const facts = { key: one.key, kind: 'assessment', of: one.kind, basis: one.basis, colour, chosen, hatch: hatchName(colour), level: one.level, name_zh: one.zh, name_en: one.en, ...titles(one) }
  const body = (part: string, shape: Geometry): Feature => ({ type: 'Feature', geometry: shape, properties: { ...facts, part } })
  const fuzzy = one.basis === 'model' && one.inner && one.outer
  const band = fuzzy && one.inner && one.outer ? bandBetween(one.outer, one.inner) : null
  const top = topOf(geometry)
  return [
    ...(fuzzy && one.outer ? [body('soft', one.outer)] : []),
    body('body', geometry),
    ...(fuzzy && one.inner ? [body('core', one.inner)] : []),
    ...(band ? [body('band', band)] : []),
    body('line', geometry),
    ...(top ? [body('label', { type: 'Point', coordinates: top })] : []),
  ]
}

function arrivalParts(one: AnswerFootprint): Feature[] {
  return one.geometry ? linesOf(one.geometry).map((line): Feature => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: line }, properties: { key: one.key, kind: 'assessment', of: 'arrival', basis: one.basis, part: 'arrival', ...titles(one) } })) : []
}

function supposedParts(title: string, footprints: readonly AnswerFootprint[]): Feature[] {
  return footprints.filter(isArea).flatMap((one): Feature[] => {
    if (!one.geometry) return []
    const facts = { key: one.key, kind: 'assessment', of: 'supposed', ...Object.fromEntries(TONGUES.map((tongue) => [`title_${tongue}`, sayIn(tongue, 'assessment.map.supposed', { title, what: one[tongue] })])) }
    const bottom = topOf(one.geometry, -1)
    return [
      { type: 'Feature', geometry: one.geometry, properties: { ...facts, part: 'supposed' } },
      ...(bottom ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: bottom }, properties: { ...facts, part: 'supposed-label' } }] : []),
    ]
  })
}

/** The weakest first, so that the strongest lies on top. */
export function footprintFeatures(shown: ShownFootprints, theme: Theme): FeatureCollection {
  const colours = coloursOf(shown.live, theme)
  const areas = shown.live.filter(isArea).sort((a, b) => a.level - b.level)
  return {
    type: 'FeatureCollection',
    features: [
      ...areas.flatMap((one) => areaParts(one, colours.get(one.key) ?? '#888888', one.key === shown.chosen)),
      ...shown.live.filter((one) => !isArea(one)).flatMap(arrivalParts),
      ...(shown.supposed ? supposedParts(shown.supposed.title, shown.supposed.footprints) : []),
    ],
  }
}

const mine = (part: string, ...more: unknown[]) => (more.length ? ['all', ['==', ['get', 'part'], part], ...more] : ['==', ['get', 'part'], part])
const chosenOr = (chosen: number, plain: number) => ['case', ['get', 'chosen'], chosen, plain]
const basis = (...of: string[]) => ['in', ['get', 'basis'], ['literal', of]]

/** Under the names of places. */
export function groundLayers(): Record<string, unknown>[] {
  const fill = (id: string, part: string, strong: number, plain: number) => ({ id, type: 'fill', source: SOURCE, filter: mine(part), paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': chosenOr(strong, plain), 'fill-antialias': false } })
  return [
    fill('assessment-soft', 'soft', 0.1, 0.05),
    fill('assessment-body', 'body', 0.2, 0.1),
    fill('assessment-core', 'core', 0.2, 0.1),
    { id: 'assessment-band', type: 'fill', source: SOURCE, filter: mine('band'), paint: { 'fill-pattern': ['get', 'hatch'], 'fill-opacity': chosenOr(0.8, 0.38), 'fill-antialias': false } },
  ]
}

/** Over the roads, under what moves. */
export function edgeLayers(p: Palette, tongue: Locale): Record<string, unknown>[] {
  const line = (id: string, filter: unknown, paint: Record<string, unknown>) => ({ id, type: 'line', source: SOURCE, filter, layout: { 'line-join': 'round' }, paint: { 'line-color': ['get', 'colour'], 'line-width': chosenOr(3, 1.3), ...paint } })
  const words = (size: number) => ({ 'text-field': ['get', `title_${tongue}`], 'text-font': MAP_FONT, 'text-size': size })
  const ink = (colour: unknown) => ({ 'text-color': colour, 'text-halo-color': p.halo, 'text-halo-width': 1.6 })
  return [
    line('assessment-line', mine('line', basis('model')), { 'line-dasharray': [3, 3], 'line-opacity': 0.9 }),
    line('assessment-line-observed', mine('line', basis('observed')), { 'line-width': chosenOr(4, 2.4) }),
    line('assessment-line-drawn', mine('line', basis('drawn')), { 'line-width': chosenOr(4, 2.2), 'line-dasharray': [6, 1.5, 1, 1.5] }),
    { id: 'assessment-arrival', type: 'line', source: SOURCE, filter: mine('arrival'), paint: { 'line-color': p.text, 'line-width': 1.4, 'line-dasharray': [2, 2] } },
    { id: 'assessment-supposed', type: 'line', source: SOURCE, filter: mine('supposed'), paint: { 'line-color': p.go, 'line-width': 2.2, 'line-dasharray': [1, 1.6] } },
    { id: 'assessment-arrival-names', type: 'symbol', source: SOURCE, filter: mine('arrival'), layout: { ...words(11.5), 'symbol-placement': 'line', 'text-max-angle': 40 }, paint: ink(p.text) },
    { id: 'assessment-names', type: 'symbol', source: SOURCE, filter: mine('label'), layout: { ...words(12), 'text-anchor': 'bottom', 'text-offset': [0, -0.2], 'text-padding': 3 }, paint: ink(['get', 'colour']) },
    { id: 'assessment-supposed-names', type: 'symbol', source: SOURCE, filter: mine('supposed-label'), layout: { ...words(12), 'text-anchor': 'top', 'text-offset': [0, 0.2], 'text-padding': 3 }, paint: ink(p.go) },
  ]
}
