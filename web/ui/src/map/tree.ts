/** What each row of the layer tree says: name, how much of it there is, how old it is, whether it could be read, what it looks like. */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { label } from '@/i18n/label'
import { locale } from '@/i18n/locale'
import { theme } from '@/shell/theme'
import { formatAge, formatDayTime, useNow } from '@/time/clock'
import { ordered } from './arrangement'
import type { Arrangement } from './arrangement'
import { baseLayers } from './base_layers'
import { cityLayers, drawnAt } from './city_layers'
import type { CityLayer } from './city_layers'
import { cityId } from './city_style'
import { elevation, elevationReason, elevationState } from './elevation'
import { signsOf, titleOf } from './legend'
import type { LegendEntry } from './legend'
import { nameOfSymbol } from './legend_icon'
import { LIVE, REFERENCE } from './rows'
import type { GroupId, LiveRow } from './rows'

export interface TreeRow {
  id: string
  /** The name of a city's own layer: only those can be reordered. */
  name: string | null
  title: string
  /** Null: there is nothing to count. */
  count: number | null
  /** Of how many, when the zoom shows only a part. */
  of: number | null
  /** Whether the number is known at all. */
  held: boolean
  state: 'ready' | 'loading' | 'failed' | 'far'
  reason: string
  /** Wall time (ms) at which it was last heard of: for what is live. */
  heardAt: number | null | undefined
  /** Older than this (ms) it is not live; null: as everything that is pushed. */
  limit: number | null
  /** Date or age of what is not live. */
  date: string
  /** Source, owner, licence and the like, a line each. */
  about: string[]
  tags: string[]
  entries: LegendEntry[]
}

export interface TreeGiven {
  counts: Record<LiveRow, number>
  /** Properties of the drawings on this map. */
  drawn: readonly Record<string, unknown>[]
  /** Properties of the footprints of an assessment on it. */
  assessed: readonly Record<string, unknown>[]
  heardAt?: number
  whereHeardAt?: number
  /** When shelters, depots and beds were heard of. */
  meansHeardAt?: number
  zoom: number
  /** Least zoom at which a row shows anything. */
  from: Record<string, number>
  /** Why a row's data could not be read, by row. */
  trouble: ReadonlyMap<string, string>
}

/** What is fetched each minute where nothing is pushed. */
const MEANS_ROWS: ReadonlySet<LiveRow> = new Set<LiveRow>(['shelters', 'depots', 'beds'])
const MEANS_LIMIT = 75_000
const number = (n: number) => n.toLocaleString('en-US')
export const countWords = (row: TreeRow) => (row.count === null ? '' : row.of === null ? number(row.count) : `${number(row.count)}/${number(row.of)}`)

export function useTree(given: TreeGiven, arrangement: ComputedRef<Arrangement>): ComputedRef<Record<GroupId, TreeRow[]>> {
  const { t } = useI18n()
  const now = useNow()
  const asked = (row = '') => ({ theme: theme.value, nameOfSymbol, drawn: row === 'assessment' ? given.assessed : given.drawn })
  const far = (row: string) => given.zoom < (given.from[row] ?? 0)

  function live(row: LiveRow): TreeRow {
    const means = MEANS_ROWS.has(row)
    const at = row === 'units' ? given.whereHeardAt || given.heardAt : means ? given.meansHeardAt : given.heardAt
    const heard = means ? given.meansHeardAt : given.heardAt
    const reason = given.trouble.get(row) ?? ''
    return {
      id: row, name: null, title: titleOf(row, locale.value), count: given.counts[row], of: null, held: heard === undefined || heard > 0,
      state: reason ? 'failed' : far(row) ? 'far' : 'ready', reason, heardAt: at, limit: means ? MEANS_LIMIT : null, date: '', about: [], tags: [], entries: signsOf(row, locale.value, asked(row)),
    }
  }

  const reference = computed<TreeRow[]>(() =>
    REFERENCE.flatMap((row) => {
      if (row === 'elevation') return heights()
      const layer = baseLayers.get(row)
      if (!layer) return []
      const counted = row === 'facilities' || row === 'reservoirs'
      const state = layer.state === 'ready' ? (far(row) ? 'far' : 'ready') : layer.state
      const source = label(layer, 'source')
      return [{
        id: row, name: null, title: titleOf(row, locale.value), count: counted ? (layer.data?.features.length ?? null) : null, of: null, held: layer.data !== null,
        state, reason: layer.reason, heardAt: undefined, limit: null, date: layer.date?.slice(0, 10) ?? t('map.no_date'), about: source ? [`${t('layers.source')}${source}`] : [],
        tags: layer.state === 'ready' && layer.illustrative ? [t('layers.illustrative')] : [], entries: signsOf(row, locale.value, asked()),
      }]
    }),
  )

  /** Measured heights: no row while none are loaded. */
  function heights(): TreeRow[] {
    const parts = elevation.value?.parts ?? []
    if (parts.length === 0 && elevationState.value !== 'failed') return []
    const reason = elevationState.value === 'failed' ? elevationReason.value : (given.trouble.get('elevation') ?? '')
    return [{
      id: 'elevation', name: null, title: titleOf('elevation', locale.value), count: null, of: null, held: true, state: reason ? 'failed' : 'ready', reason, heardAt: undefined, limit: null,
      date: parts[0]?.date ?? t('map.no_date'),
      about: parts.flatMap((one) => [
        `${t('layers.source')}${label(one, 'source')}`, `${t('elevation.date')}${one.date ?? t('map.no_date')}`, `${t('layers.licence')}${one.licence}`,
        t('elevation.cells', { n: one.resolution_m }), t('layers.imported', { n: one.version, at: formatDayTime(one.imported_at), by: one.imported_by }),
      ]),
      tags: elevation.value?.sensitivity === 'restricted' ? [t('layers.sensitivity.restricted')] : [], entries: signsOf('elevation', locale.value, asked()),
    }]
  }

  function own(layer: CityLayer): TreeRow {
    const id = cityId(layer.name)
    const drawn = drawnAt(layer, given.zoom)
    const partly = drawn < layer.features
    const reason = given.trouble.get(id) ?? ''
    return {
      id, name: layer.name, title: titleOf(id, locale.value), count: partly ? drawn : layer.features, of: partly ? layer.features : null, held: true,
      state: reason ? 'failed' : 'ready', reason, heardAt: undefined, limit: null, date: layer.date ? formatAge(layer.date, now.value) : t('map.no_date'),
      about: [
        `${t('layers.source')}${label(layer, 'source')}`,
        `${t('layers.owner')}${layer.owner}`,
        `${t('layers.licence')}${layer.licence}`,
        t('layers.imported', { n: layer.number, at: formatDayTime(layer.imported_at), by: layer.imported_by }),
        ...(partly ? [t('layers.partly')] : []),
      ],
      tags: [...(layer.sensitivity === 'restricted' ? [t('layers.sensitivity.restricted')] : []), ...(layer.illustrative ? [t('layers.illustrative')] : [])],
      entries: signsOf(id, locale.value, asked()),
    }
  }
  const city = computed<TreeRow[]>(() => {
    const byName = new Map(cityLayers.value.map((layer) => [layer.name, layer]))
    return ordered(arrangement.value, [...byName.keys()]).flatMap((name) => byName.get(name) ?? []).map(own)
  })

  return computed(() => ({ live: LIVE.map(live), city: city.value, reference: reference.value }))
}

/** Rows whose name, source or owner has the words in it. */
export function filtered(rows: readonly TreeRow[], words: string): TreeRow[] {
  const wanted = words.trim().toLowerCase()
  return wanted ? rows.filter((row) => [row.title, row.id, ...row.about].some((text) => text.toLowerCase().includes(wanted))) : [...rows]
}
