/**
 * What the symbols and colours of the map mean, as plain data: for the layer tree (every symbol of a row) and for a printed sheet (only what
 * is visible on its map). The words are here in the language that is asked for, the drawing of a sample is `legend_icon.ts`.
 */
import type { MapGeoJSONFeature } from 'maplibre-gl'
import { sayIn } from '@/i18n'
import type { Locale } from '@/i18n/locale'
import { theme as themeNow } from '@/shell/theme'
import type { Theme } from '@/shell/theme'
import { arrangementNow, isOn } from './arrangement'
import type { Arrangement } from './arrangement'
import { baseLayers } from './base_layers'
import type { BaseName } from './base_layers'
import { cityLayers } from './city_layers'
import type { CityLayer } from './city_layers'
import { cityId, colourOf, marksOf } from './city_style'
import { elevation } from './elevation'
import { assessedSigns } from '@/assessment/on_map/legend_signs'
import { CATEGORY_SIGNS } from './features'
import { FACILITY_KINDS, UNIT_SIGNS, facilitySign } from './icons'
import type { MapLibreMap } from './maplibre'
import { paletteOf } from './palette'
import type { Palette } from './palette'
import { LIVE, LIVE_ROWS, REFERENCE, REFERENCE_ROWS, cityParts } from './rows'
import type { LiveRow, ReferenceRow } from './rows'
import { BED_SIGN, DEPOT_SIGN, SHELTER_SIGN, badgeOf } from './resource_icons'

/** `icon`: a name that `legend_icon.ts` draws, as `unit|消|go`. */
export interface LegendEntry {
  kind: 'fill' | 'line' | 'circle' | 'icon'
  colour?: string
  icon?: string
  dash?: boolean
  text: string
}

export interface LegendGroup {
  id: string
  title: string
  entries: LegendEntry[]
}

/** An entry and the features it stands for: their `key`. */
export interface Sign extends LegendEntry {
  key: string
}

type Facts = Record<string, unknown>
type Say = (key: string, named?: Record<string, unknown>) => string

const GRADES = ['I', 'II', 'III', 'IV'] as const
const WARNINGS = ['red', 'orange', 'yellow', 'blue'] as const
const UNIT_STATES = ['go', 'ok', 'idle', 'stale'] as const
const SHELTER_STATES = ['free', 'nearly', 'full', 'over', 'unknown', 'standby', 'unusable'] as const
const DEPOT_STATES = ['good', 'soon', 'expired'] as const
const BED_STATES = ['free', 'none', 'unknown', 'diverting'] as const
const RESERVOIRS = ['reservoir', 'dam']

/** The sign beside the words, as it stands on the mark. */
const signed = (state: string, words: string) => `${badgeOf(state)} ${words}`.trim()

function liveSigns(row: Exclude<LiveRow, 'drawings' | 'assessment'>, p: Palette, say: Say, tongue: Locale): Sign[] {
  const sign = { zh: '事', en: 'I' }[tongue]
  switch (row) {
    case 'incidents':
      return [
        ...GRADES.map((grade): Sign => ({ key: `${grade}|decided`, kind: 'icon', icon: `incident|${grade}|decided|${sign}`, colour: p.grade[grade], text: say(`tree.sign.grade_${grade}`) })),
        ...GRADES.map((grade): Sign => ({ key: `${grade}|suggested`, kind: 'icon', icon: `incident|${grade}|suggested|${sign}`, colour: p.grade[grade], dash: true, text: say('tree.sign.suggested', { grade: say(`tree.sign.grade_${grade}`) }) })),
        { key: 'none|suggested', kind: 'icon', icon: `incident|none|suggested|${sign}`, colour: p.grade.none, dash: true, text: say('tree.sign.ungraded') },
        ...Object.entries(CATEGORY_SIGNS).map(([key, one]): Sign => ({ key: `sign:${one[tongue]}`, kind: 'icon', icon: `incident|none|suggested|${one[tongue]}`, text: say(`tree.category.${key}`) })),
      ]
    case 'areas':
      return [
        { key: 'incident', kind: 'fill', colour: p.incident, text: say('map.incident_area') },
        { key: 'impact', kind: 'fill', colour: p.impact, dash: true, text: say('map.impact_area') },
      ]
    case 'alerts':
      return [
        ...[...WARNINGS, 'none' as const].map((colour): Sign => ({ key: `${colour}|open`, kind: 'icon', icon: `alert|${colour}|open`, text: say(`tree.sign.alert_${colour}`) })),
        { key: 'answered', kind: 'icon', icon: 'alert|none|answered', text: say('tree.sign.alert_answered') },
        { key: 'area', kind: 'fill', colour: p.grade.none, dash: true, text: say('tree.sign.alert_area') },
      ]
    case 'calls':
      return [{ key: 'call', kind: 'icon', icon: 'call', text: say('tree.sign.call') }]
    case 'units':
      return [
        ...UNIT_STATES.map((state): Sign => ({ key: state, kind: 'icon', icon: `unit|${tongue === 'zh' ? '消' : 'F'}|${state}`, dash: state === 'stale', text: say(`tree.sign.unit_${state}`) })),
        ...Object.entries(UNIT_SIGNS).map(([key, one]): Sign => ({ key: `sign:${one[tongue]}`, kind: 'icon', icon: `unit|${one[tongue]}|idle`, text: say(`tree.unit.${key}`) })),
        { key: 'track', kind: 'line', colour: p.go, text: say('tree.sign.track') },
      ]
    case 'shelters': {
      const mark = SHELTER_SIGN[tongue]
      return [
        ...SHELTER_STATES.map((state): Sign => ({ key: state, kind: 'icon', icon: `shelter|${state}|${mark}|`, dash: state === 'unknown', text: signed(state, say(`tree.shelter.${state}`)) })),
        { key: 'old', kind: 'icon', icon: `shelter|free|${mark}|old`, dash: true, text: say('tree.shelter.old') },
        { key: 'several', kind: 'icon', icon: `shelters|free|${mark}|`, text: say('tree.shelter.several') },
      ]
    }
    case 'depots':
      return DEPOT_STATES.map((state): Sign => ({ key: state, kind: 'icon', icon: `depot|${state}|${DEPOT_SIGN[tongue]}`, text: signed(state, say(`tree.depot.${state}`)) }))
    case 'beds':
      return BED_STATES.map((state): Sign => ({ key: state, kind: 'icon', icon: `beds|${state}|${BED_SIGN[tongue]}|`, dash: state === 'unknown', text: signed(state, say(`tree.bed.${state}`)) }))
    case 'closures':
      return [
        { key: 'all', kind: 'icon', icon: 'closure|all', colour: p.incident, text: say('tree.sign.closed_all') },
        { key: 'public', kind: 'icon', icon: 'closure|public', colour: p.incident, text: say('tree.sign.closed_public') },
        { key: 'roads', kind: 'line', colour: p.incident, dash: true, text: say('tree.sign.closed_stretch') },
        { key: 'area', kind: 'fill', colour: p.incident, dash: true, text: say('tree.sign.closed_area') },
      ]
    case 'fences':
      return [{ key: 'fence', kind: 'line', colour: p.impact, dash: true, text: say('tree.sign.fence') }]
  }
}

function referenceSigns(row: ReferenceRow, p: Palette, say: Say, tongue: Locale): Sign[] {
  const facility = (kind: string): Sign => ({ key: kind, kind: 'icon', icon: `facility|${facilitySign(kind, tongue)}`, text: say(`tree.facility.${kind}`) })
  switch (row) {
    case 'facilities':
      return FACILITY_KINDS.filter((kind) => !RESERVOIRS.includes(kind)).map(facility)
    case 'reservoirs':
      return [...RESERVOIRS.map(facility), { key: 'water', kind: 'fill', colour: p.waterFill, text: say('tree.sign.water') }]
    case 'roads':
      return [{ key: 'road', kind: 'line', colour: p.road, text: say('tree.sign.road') }]
    case 'rivers':
      return [{ key: 'river', kind: 'line', colour: p.water, text: say('tree.sign.river') }]
    case 'townships':
      return [{ key: 'township', kind: 'line', colour: p.townshipLine, text: say('tree.sign.township') }]
    case 'counties':
      return [{ key: 'county', kind: 'line', colour: p.countyLine, text: say('tree.sign.county') }]
    case 'relief':
      return [{ key: 'relief', kind: 'fill', colour: p.county, text: say('tree.sign.relief') }, { key: 'summit', kind: 'icon', icon: 'summit', text: say('tree.sign.summit') }]
    case 'elevation':
      return [{ key: 'elevation', kind: 'fill', colour: p.county, text: say('elevation.hillshade') }]
  }
}

function citySigns(layer: CityLayer, theme: Theme, say: Say): Sign[] {
  const colour = colourOf(layer.name, theme)
  return marksOf(layer).map((mark): Sign => ({ key: mark, kind: mark === 'point' ? 'circle' : mark === 'line' ? 'line' : 'fill', colour, text: say(`tree.mark.${mark}`) }))
}

/** Drawings are what they say of themselves: their kind with its look, symbols of GB/T 35649 by their code. */
function drawnSigns(drawn: readonly Facts[], tongue: Locale, nameOfSymbol: (code: string, tongue: Locale) => string | null): Sign[] {
  const signs = new Map<string, Sign>()
  for (const one of drawn) {
    const kind = String(one[`kind_${tongue}`] ?? one.kind_zh ?? '')
    const code = typeof one.symbol === 'string' && one.symbol ? one.symbol : null
    const key = code ?? String(one.drawn ?? '')
    const colour = String(one.colour ?? '')
    if (signs.has(key) || !key) continue
    if (code) signs.set(key, { key, kind: 'icon', icon: `drawing-symbol|${code}|`, text: nameOfSymbol(code, tongue) ?? kind })
    else if (one.shape === 'text') signs.set(key, { key, kind: 'icon', icon: 'words', text: kind })
    else signs.set(key, { key, kind: one.shape === 'line' ? 'line' : 'fill', colour, dash: one.dashed === true, text: kind })
  }
  return [...signs.values()]
}

/** Which signs a feature is drawn with. */
function keysOf(row: string, layer: string, facts: Facts): string[] {
  const icon = String(facts.icon ?? '').split('|')
  switch (row) {
    case 'incidents':
      return [`${icon[1]}|${icon[2]}`, `sign:${icon[3]}`]
    case 'areas':
      return [String(facts.which)]
    case 'alerts':
      return [layer !== 'alerts' ? 'area' : icon[2] === 'answered' ? 'answered' : `${icon[1]}|open`]
    case 'units':
      return layer === 'tracks' ? ['track'] : [String(icon[2]), `sign:${icon[1]}`]
    case 'shelters':
      return layer === 'shelter-groups' ? ['several'] : [String(facts.state), ...(facts.old === true ? ['old'] : [])]
    case 'depots':
    case 'beds':
      return [String(facts.state)]
    case 'closures':
      return [layer === 'closure-marks' ? String(facts.bars) : layer === 'closure-lines' ? 'roads' : 'area']
    case 'facilities':
      return [String(facts.kind)]
    case 'reservoirs':
      return [layer === 'reservoir-fill' ? 'water' : String(facts.kind)]
    case 'relief':
      return [layer === 'summits' ? 'summit' : 'relief']
    default:
      return row.startsWith('city:') ? [layer.slice(layer.lastIndexOf(':') + 1)] : []
  }
}

export interface Asked {
  theme?: Theme
  arrangement?: Arrangement
  city?: readonly CityLayer[]
  /** Names of the symbols of GB/T 35649; without it a symbol is named by its kind. */
  nameOfSymbol?: (code: string, tongue: Locale) => string | null
}

const bare = ({ kind, colour, icon, dash, text }: Sign): LegendEntry => ({ kind, ...(colour === undefined ? {} : { colour }), ...(icon === undefined ? {} : { icon }), ...(dash ? { dash } : {}), text })

/** Everything that a row may show, whether it is on or not. `drawn`: properties of the drawings that there are. */
export function signsOf(row: string, tongue: Locale, asked: Asked & { drawn?: readonly Facts[] } = {}): LegendEntry[] {
  return allSigns(row, tongue, asked, asked.drawn ?? []).map(bare)
}

function allSigns(row: string, tongue: Locale, asked: Asked, drawn: readonly Facts[]): Sign[] {
  const theme = asked.theme ?? themeNow.value
  const palette = paletteOf(theme)
  const say: Say = (key, named) => sayIn(tongue, key, named)
  if (row === 'drawings') return drawnSigns(drawn, tongue, asked.nameOfSymbol ?? (() => null))
  if (row === 'assessment') return assessedSigns(drawn, tongue)
  if ((LIVE as string[]).includes(row)) return liveSigns(row as Exclude<LiveRow, 'drawings' | 'assessment'>, palette, say, tongue)
  if (row === 'elevation' && !elevation.value) return []
  if ((REFERENCE as string[]).includes(row)) return referenceSigns(row as ReferenceRow, palette, say, tongue)
  const layer = (asked.city ?? cityLayers.value).find((one) => cityId(one.name) === row)
  return layer ? citySigns(layer, theme, say) : []
}

/** The row's name in a language: the layer's own title where it has one. */
export function titleOf(row: string, tongue: Locale, city: readonly CityLayer[] = cityLayers.value): string {
  const other = tongue === 'zh' ? 'en' : 'zh'
  const own = row.startsWith('city:') ? city.find((one) => cityId(one.name) === row) : baseLayers.get(row as BaseName)
  return own?.[`title_${tongue}`] || own?.[`title_${other}`] || (row.startsWith('city:') ? row.slice(5) : sayIn(tongue, `map.layer.${row}`))
}

/** The answers to questions that lie on the map: they have no switch, and a sheet must explain them all the same. */
const ANSWERS = ['route', 'route-straight', 'reach-fill', 'counted-fill'] as const
function answerSigns(p: Palette, say: Say): Sign[] {
  return [
    { key: 'route', kind: 'line', colour: p.go, text: say('tree.sign.route') },
    { key: 'route-straight', kind: 'line', colour: p.idle, dash: true, text: say('tree.sign.straight') },
    { key: 'reach-fill', kind: 'fill', colour: p.go, text: say('tree.sign.reach') },
    { key: 'counted-fill', kind: 'fill', colour: p.impact, text: say('tree.sign.counted') },
  ]
}

/**
 * What a reader of this map needs explained, row by row in the order of the tree: the rows that are switched on and, with a map, of those only
 * what is in view. Without a map: all signs of every row that is on.
 */
export function legendOf(map: MapLibreMap | null, tongue: Locale, asked: Asked = {}): LegendGroup[] {
  const arrangement = asked.arrangement ?? arrangementNow()
  const city = asked.city ?? cityLayers.value
  const rows: [string, readonly string[]][] = [
    ...LIVE.map((row): [string, readonly string[]] => [row, LIVE_ROWS[row]]),
    ...city.map((layer): [string, readonly string[]] => [cityId(layer.name), cityParts(layer.name)]),
    ...REFERENCE.map((row): [string, readonly string[]] => [row, REFERENCE_ROWS[row]]),
  ]
  const groups: LegendGroup[] = []
  if (!map) {
    for (const [row] of rows) {
      const signs = isOn(arrangement, row) ? allSigns(row, tongue, { ...asked, city }, []) : []
      if (signs.length) groups.push({ id: row, title: titleOf(row, tongue, city), entries: signs.map(bare) })
    }
    return groups
  }
  const shown = (ids: readonly string[]) => ids.filter((id) => map.getLayer(id) && map.getLayoutProperty(id, 'visibility') !== 'none')
  for (const [row, ids] of rows) {
    const layers = shown(ids)
    const found = layers.length ? map.queryRenderedFeatures({ layers }) : []
    const image = (row === 'relief' && layers.includes('relief')) || (row === 'elevation' && layers.length > 0) // pictures have no features
    if (!found.length && !image) continue
    const signs = allSigns(row, tongue, { ...asked, city }, found.map((one) => one.properties as Facts))
    const used = new Set([...found.flatMap((one) => keysOf(row, one.layer.id, one.properties as Facts)), ...(image ? [row] : [])])
    const told = signs.length > 1 && row !== 'drawings' && row !== 'assessment' ? signs.filter((sign) => used.has(sign.key)) : signs
    if (told.length) groups.push({ id: row, title: titleOf(row, tongue, city), entries: told.map(bare) })
  }
  const layers = shown(ANSWERS)
  const answered = new Set(layers.length ? map.queryRenderedFeatures({ layers }).map((one: MapGeoJSONFeature) => one.layer.id) : [])
  const answers = answerSigns(paletteOf(asked.theme ?? themeNow.value), (key, named) => sayIn(tongue, key, named)).filter((sign) => answered.has(sign.key))
  if (answers.length) groups.push({ id: 'answers', title: sayIn(tongue, 'tree.answers'), entries: answers.map(bare) })
  return groups
}
