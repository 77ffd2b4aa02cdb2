/** Layers of shelters, depots and beds. From afar open shelters are gathered and only they are shown: a map of the whole city stays readable. */
import { sayIn } from '@/i18n'
import type { Locale } from '@/i18n/locale'
import { MAP_FONT } from './maplibre'
import type { Palette } from './palette'
import { FULL_RANK, RANK } from './resource_features'
import { SHELTER_SIGN } from './resource_icons'

/** Up to here open shelters that lie close together are one mark. */
const GATHERED_TO = 8
/** From here on what is quiet is shown: what stands by, depots, beds. As near as the base map's own facilities, whose place they take. */
const NEAR = 9
const NUMBERS = 9.6
const NAMES = 11.2

/** Hospitals stand this much (px) above their point and depots as much below: units wait at the same, one may be in the other's yard, and none may hide another. */
const AWAY = { beds: -18, depots: 18 }

/** How the source of open shelters gathers them. */
export const GATHERING = {
  cluster: true,
  clusterRadius: 34,
  clusterMaxZoom: GATHERED_TO,
  clusterProperties: {
    worst: ['max', ['get', 'rank']],
    full: ['+', ['case', ['>=', ['get', 'rank'], FULL_RANK], 1, 0]],
    unknown: ['+', ['case', ['==', ['get', 'rank'], RANK.unknown], 1, 0]],
  },
}

const inked = (p: Palette) => ({ 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.4 })
const BESIDE = { 'text-font': MAP_FONT, 'text-size': 12, 'text-anchor': 'left', 'text-justify': 'left', 'text-offset': [1.35, 0], 'text-optional': true }

/** What is quiet: it gives way to whatever moves. */
export function quietLayers(p: Palette): unknown[] {
  const [ink, beside] = [inked(p), BESIDE]
  // Offsets are in sizes: of the icon before it is made smaller, of the letter.
  const aside = (y: number) => ({ ...beside, 'icon-image': ['get', 'icon'], 'icon-size': 0.85, 'icon-offset': [0, y / 0.85], 'icon-allow-overlap': true, 'text-size': 11, 'text-offset': [1.45, y / 11] })
  return [
    {
      id: 'shelters-idle', type: 'symbol', source: 'shelters-idle', minzoom: NEAR,
      layout: { ...beside, 'icon-image': ['get', 'icon'], 'icon-size': 0.75, 'icon-padding': 1, 'icon-allow-overlap': ['step', ['zoom'], false, NAMES, true], 'text-size': 11, 'text-field': ['step', ['zoom'], '', NAMES, ['get', 'title']] },
      paint: { ...ink, 'text-opacity': 0.85 },
    },
    {
      id: 'depots', type: 'symbol', source: 'depots', minzoom: NEAR,
      layout: { ...aside(AWAY.depots), 'text-field': ['step', ['zoom'], '', NAMES, ['get', 'title']] }, paint: ink,
    },
    {
      id: 'beds', type: 'symbol', source: 'beds', minzoom: NEAR,
      layout: { ...aside(AWAY.beds), 'text-field': ['step', ['zoom'], '', NUMBERS, ['get', 'short'], NAMES, ['get', 'title']] }, paint: ink,
    },
  ]
}

/** Open shelters, over the units that wait at home. */
export function shelterLayers(p: Palette, tongue: Locale): unknown[] {
  const [ink, beside] = [inked(p), BESIDE]
  const say = (key: string) => sayIn(tongue, key)
  const several = ['match', ['get', 'worst'], ...Object.entries(RANK).filter(([state]) => state !== 'free').flatMap(([state, rank]) => [rank, `shelters|${state}|${SHELTER_SIGN[tongue]}|`]), `shelters|free|${SHELTER_SIGN[tongue]}|`]
  const part = (key: string, word: string) => ['case', ['>', ['get', key], 0], ['concat', ' · ', word, ' ', ['to-string', ['get', key]]], '']
  return [
    {
      id: 'shelters', type: 'symbol', source: 'shelters', filter: ['!', ['has', 'point_count']],
      layout: {
        ...beside, 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'rank'],
        'text-field': ['step', ['zoom'], '', NUMBERS, ['get', 'short'], NAMES, ['get', 'title']],
      },
      paint: ink,
    },
    {
      id: 'shelter-groups', type: 'symbol', source: 'shelters', filter: ['has', 'point_count'],
      layout: {
        ...beside, 'text-offset': [1.75, 0], 'icon-image': several, 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'worst'],
        'text-field': ['concat', ['to-string', ['get', 'point_count']], say('map.means.places'), part('full', say('map.means.full')), part('unknown', say('map.means.uncounted'))],
      },
      paint: ink,
    },
  ]
}

/** Round the one whose card is open; it has no switch, for it is an answer to a press. */
export function chosenLayers(p: Palette): unknown[] {
  const ring = { 'circle-radius': 20, 'circle-color': p.go, 'circle-opacity': 0.16, 'circle-stroke-color': p.go, 'circle-stroke-width': 2 }
  const parts = [['resource-chosen', 'shelter', 0], ['resource-chosen-beds', 'hospital', AWAY.beds], ['resource-chosen-depots', 'depot', AWAY.depots]] as const
  return parts.map(([id, kind, y]) => ({ id, type: 'circle', source: 'resource-chosen', filter: ['==', ['get', 'kind'], kind], paint: { ...ring, 'circle-translate': [0, y] } }))
}
