/** What the map draws that changes: for each source the features that it has now. */
import { computed } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FeatureCollection } from 'geojson'
import { locale } from '@/i18n/locale'
import { formatAge, realmNow, useNow } from '@/time/clock'
import type { Alert, Call, Closure, IncidentHead, Unit } from '@/wire/objects'
import { alertFeatures, areaFeatures, callFeatures, collection, incidentFeatures, sketchFeatures } from './features'
import type { WherePosition } from './features'
import { closureFeatures, useClosures } from './road_layers'
import type { LiveSource } from './style'
import { UnitFeatures } from './unit_features'
import type { MapAreas } from './view'

/** What a map is given to draw; `past`: the positions are of this time (ms), not of now. */
export interface Given {
  incidents: IncidentHead[]
  alerts: Alert[]
  calls: Call[]
  units: Unit[]
  where: Record<string, WherePosition>
  areas?: MapAreas | null
  selected?: string | null
  sketch?: [number, number][]
  overlay?: FeatureCollection | null
  tracks?: FeatureCollection | null
  fences?: FeatureCollection | null
  past?: number | null
}

const NOTHING = collection([])

export function useLiveSources(given: Given): { live: Record<LiveSource, () => FeatureCollection>; closures: Readonly<Ref<Closure[]>> } {
  const { t } = useI18n()
  const now = useNow()
  const closures = useClosures()
  /** Positions grow old without anything coming in: looked at again this often. */
  const quarter = computed(() => Math.floor(now.value / 15_000))
  const units = new UnitFeatures()
  const alertParts = computed(() => alertFeatures(given.alerts, given.selected ?? null))
  const unitWords = (unit: Unit, seenAt: number | null, old: boolean): string => {
    if (old && seenAt !== null) return t('map.position_old', { name: unit.call_sign, age: formatAge(seenAt, given.past ?? realmNow()) })
    return `${unit.call_sign} ${t(`words.unit_status.${unit.status}`)}`
  }
  const live: Record<LiveSource, () => FeatureCollection> = {
    incidents: () => incidentFeatures(given.incidents, given.selected ?? null, locale.value),
    alerts: () => alertParts.value.points,
    'alert-areas': () => alertParts.value.areas,
    calls: () => callFeatures(given.calls),
    units: () => (quarter.value, units.make(given.units, given.where, given.past ?? realmNow(), unitWords, locale.value)),
    areas: () => areaFeatures(given.areas ?? null),
    sketch: () => sketchFeatures(given.sketch ?? []),
    overlay: () => given.overlay ?? NOTHING,
    closures: () => closureFeatures(closures.value),
    fences: () => given.fences ?? NOTHING,
    tracks: () => given.tracks ?? NOTHING,
  }
  return { live, closures }
}
