/** The rows of the layer tree and which layers of the style belong to each. A new layer of the map gets its line here, once. */
import { cityId } from './city_style'

export const GROUP_IDS = ['live', 'city', 'reference'] as const
export type GroupId = (typeof GROUP_IDS)[number]

/** Group, then row, then the layers of the style; rows in the order in which the tree shows them. */
export const LIVE_ROWS = {
  incidents: ['incident-rings', 'incidents'],
  areas: ['impact-fill', 'impact-line', 'incident-fill', 'incident-line'],
  assessment: [
    'assessment-soft', 'assessment-body', 'assessment-core', 'assessment-band', 'assessment-line', 'assessment-line-observed', 'assessment-line-drawn',
    'assessment-arrival', 'assessment-arrival-names', 'assessment-names', 'assessment-supposed', 'assessment-supposed-names',
  ],
  alerts: ['alert-area-fill', 'alert-areas', 'alerts'],
  calls: ['calls'],
  units: ['units', 'units-idle', 'tracks'],
  shelters: ['shelters', 'shelter-groups', 'shelters-idle'],
  depots: ['depots'],
  beds: ['beds'],
  closures: ['closure-areas', 'closure-edges', 'closure-lines', 'closure-marks'],
  fences: ['fence-lines', 'fence-names'],
  drawings: [
    'drawing-fill', 'drawing-case', 'drawing-line-solid', 'drawing-line-dashed', 'drawing-line-dotted', 'drawing-line-cordon',
    'drawing-line-arrows', 'drawing-arrows', 'drawing-labels', 'drawing-texts', 'drawing-symbols',
  ],
} as const
export const REFERENCE_ROWS = {
  facilities: ['facilities'],
  reservoirs: ['reservoir-fill', 'reservoirs'],
  roads: ['roads'],
  rivers: ['rivers', 'river-names'],
  townships: ['township-lines', 'township-names'],
  counties: ['county-fill', 'county-lines', 'county-names'],
  relief: ['relief', 'summits'],
  elevation: ['elevation'],
} as const
export type LiveRow = keyof typeof LIVE_ROWS
export type ReferenceRow = keyof typeof REFERENCE_ROWS
export const LIVE = Object.keys(LIVE_ROWS) as LiveRow[]
export const REFERENCE = Object.keys(REFERENCE_ROWS) as ReferenceRow[]

const OF_LAYER = new Map<string, string>(
  [...Object.entries(LIVE_ROWS), ...Object.entries(REFERENCE_ROWS)].flatMap(([row, layers]) => layers.map((layer): [string, string] => [layer, row])),
)
const CITY = cityId('')

/** The row of a layer of the style (`units`, or `city:<name>` for a city's own); null for what has no switch. */
export function rowOf(layer: string): string | null {
  if (layer.startsWith(CITY)) return layer.slice(0, layer.lastIndexOf(':'))
  return OF_LAYER.get(layer.replace(/-edge$/, '')) ?? null // over a base map our own lines have an edge (base_maps.ts)
}

/** The parts of a city's own layer, from the ground up. */
export const cityParts = (name: string) => ['area', 'line', 'point', 'name'].map((part) => `${cityId(name)}:${part}`)

/** The layer under which the city's own lie. */
export const OVER_CITY = 'impact-fill'
