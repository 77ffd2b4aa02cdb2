/** What the map draws that changes: for each source the features that it has now. */
import { computed } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FeatureCollection } from 'geojson'
import { label } from '@/i18n/label'
import { locale } from '@/i18n/locale'
import { book } from '@/resources/book'
import type { Means, MeansTarget } from '@/resources/means'
import { formatAge, realmNow, useNow } from '@/time/clock'
import type { Alert, Call, Closure, IncidentHead, Unit } from '@/wire/objects'
import { alertFeatures, areaFeatures, callFeatures, collection, incidentFeatures, sketchFeatures } from './features'
import type { WherePosition } from './features'
import { bedFeatures, chosenFeature, depotFeatures, shelterFeatures } from './resource_features'
import type { Told } from './resource_features'
import { closureFeatures, useClosures } from './road_layers'
import type { LiveSource } from './style'
import { UnitFeatures } from './unit_features'
import type { MapAreas } from './view'

/** What a map is given to draw. */
export interface Given {
  incidents: IncidentHead[]
  alerts: Alert[]
  calls: Call[]
  units: Unit[]
  where: Record<string, WherePosition>
  areas?: MapAreas | null
  selected?: string | null
  /** Corners of an area that is being drawn. */
  sketch?: [number, number][]
  /** Answers to questions, drawn by their `part` (`road_layers.ts`). */
  overlay?: FeatureCollection | null
  /** Ways of units, while their past is shown. */
  tracks?: FeatureCollection | null
  fences?: FeatureCollection | null
  /** The positions shown are of this time (ms), not of now. */
  past?: number | null
  /** Shelters, depots and hospitals. */
  means?: Means | null
}

const NOTHING = collection([])

/** `opened`: of which of the city's means the card is open. */
export function useLiveSources(given: Given, opened: Readonly<Ref<MeansTarget | null>>): { live: Record<LiveSource, () => FeatureCollection>; closures: Readonly<Ref<Closure[]>> } {
  const { t } = useI18n()
  const now = useNow()
  const closures = useClosures()
  /** Positions grow old without anything coming in: looked at again this often. */
  const quarter = computed(() => Math.floor(now.value / 15_000))
  /** Counts grow old by the minute. */
  const minute = computed(() => Math.floor(now.value / 60_000))
  const told = computed<Told>(() => ({
    tongue: locale.value, now: minute.value * 60_000, say: t, age: (at) => formatAge(at, minute.value * 60_000), name: (one) => label(one, 'name'),
    limits: {
      nearly: book.value?.shelter_nearly_full ?? 0.85, shelterStaleMs: (book.value?.shelter_stale_minutes ?? 120) * 60_000, bedsStaleMs: (book.value?.beds_stale_hours ?? 12) * 3_600_000,
    },
  }))
  const shelters = computed(() => (given.means?.shelters.length ? shelterFeatures(given.means.shelters, told.value) : { open: NOTHING, idle: NOTHING }))
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
    shelters: () => shelters.value.open,
    'shelters-idle': () => shelters.value.idle,
    depots: () => (given.means?.depots.length ? depotFeatures(given.means.depots, told.value) : NOTHING),
    beds: () => (given.means?.hospitals.length ? bedFeatures(given.means.hospitals, told.value) : NOTHING),
    'resource-chosen': () => chosenFeature(given.means, opened.value),
  }
  return { live, closures }
}
