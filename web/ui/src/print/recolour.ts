/** The dark theme's map in the colours of paper: every colour of ours is exchanged for its counterpart, whatever layer it stands in. */
import type { GeoJSON } from 'geojson'
import { colourOf } from '@/drawing/features'
import { HUES } from '@/map/city_style'
import type { StyleSpecification } from '@/map/maplibre'
import { paletteOf } from '@/map/palette'
import type { Palette } from '@/map/palette'
import type { DrawingColour } from '@/wire/objects'

const NAMES: DrawingColour[] = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'black']
const DRAWN = new Map(NAMES.map((name) => [colourOf(name, true), colourOf(name, false)]))

function pairs(dark: Palette, light: Palette): Map<string, string> {
  const found = new Map<string, string>()
  const put = (from: string | undefined, to: string | undefined) => {
    if (from && to && !found.has(from)) found.set(from, to)
  }
  // Grades first: where a colour means several things, it is the grade that must be told apart.
  for (const [grade, colour] of Object.entries(dark.grade)) put(colour, light.grade[grade])
  for (const key of Object.keys(dark) as (keyof Palette)[]) {
    const [from, to] = [dark[key], light[key]]
    if (typeof from === 'string' && typeof to === 'string') put(from, to)
  }
  for (const [from, to] of DRAWN) put(from, to)
  HUES.dark.forEach((hue, n) => { put(hue, HUES.light[n]) })
  return found
}

const DARK = paletteOf('dark')
const LIGHT = paletteOf('light')
const PAIRS = pairs(DARK, LIGHT)

/** One colour of the dark theme on paper. `property`: of the style; the dark ground is also the dark halo, but paper has white ones. */
export function onPaper(colour: string, property = ''): string {
  const plain = colour.toLowerCase()
  if (plain === DARK.ground) return property === 'background-color' ? LIGHT.ground : LIGHT.halo
  return PAIRS.get(plain) ?? colour
}

function exchanged(value: unknown, property: string): unknown {
  if (typeof value === 'string') return value.startsWith('#') ? onPaper(value, property) : value
  if (Array.isArray(value)) return value.map((one) => exchanged(one, property))
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, exchanged(one, property || key)]))
  return value
}

/** Features that carry a colour of their own, as drawings do. */
function data(given: unknown): unknown {
  const collection = given as GeoJSON | string
  if (typeof collection === 'string' || collection.type !== 'FeatureCollection') return given
  if (!collection.features.some((one) => String(one.properties?.colour ?? '').startsWith('#'))) return given
  const features = collection.features.map((one) => {
    const colour = String(one.properties?.colour ?? '')
    return { ...one, properties: { ...one.properties, colour: DRAWN.get(colour) ?? onPaper(colour) } }
  })
  return { ...collection, features }
}

/** A style of the dark theme in the colours of paper. One of the light theme is so already: white means another thing there. */
export function paperStyle(style: StyleSpecification): StyleSpecification {
  const sources = Object.fromEntries(
    Object.entries(style.sources).map(([name, source]) => [name, source.type === 'geojson' ? { ...source, data: data(source.data) } : source]),
  )
  const layers = style.layers.map((layer) => {
    const parts = Object.fromEntries(
      (['paint', 'layout'] as const).flatMap((part) => {
        const given = layer[part] as Record<string, unknown> | undefined
        return given ? [[part, Object.fromEntries(Object.entries(given).map(([key, value]) => [key, exchanged(value, key)]))]] : []
      }),
    )
    return { ...layer, ...parts }
  })
  return { ...style, sources, layers } as StyleSpecification
}
