/** How much of each live row there is, for the layer tree. */
import type { Given } from './live_sources'
import type { LiveRow } from './rows'

/** What is put on the map past the given: closures, properties of drawings and of an assessment's footprints. */
export interface Besides {
  closures: number
  drawings: readonly Record<string, unknown>[]
  assessed: readonly Record<string, unknown>[]
}

export function liveCounts(given: Given, besides: Besides): Record<LiveRow, number> {
  return {
    closures: besides.closures,
    incidents: given.incidents.filter((one) => one.status === 'open').length,
    alerts: given.alerts.filter((one) => (one.state === 'new' || one.state === 'acknowledged') && (one.point || one.geometry)).length,
    calls: given.calls.filter((one) => one.state === 'open' && one.point).length,
    units: given.units.length,
    shelters: (given.means?.shelters ?? []).filter((one) => one.state === 'open').length,
    depots: given.means?.depots.length ?? 0,
    beds: given.means?.hospitals.length ?? 0,
    areas: (given.areas?.incident ? 1 : 0) + (given.areas?.impact ? 1 : 0),
    fences: new Set((given.fences?.features ?? []).map((one) => one.properties?.id as unknown)).size,
    drawings: new Set(besides.drawings.map((one) => one.id)).size,
    assessment: new Set(besides.assessed.map((one) => one.key)).size,
  }
}
