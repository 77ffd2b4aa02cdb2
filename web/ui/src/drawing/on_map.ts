/** Keeps sources, layers and images of drawings on a map, also after the map has changed its whole style. */
import { computed, onScopeDispose, watch } from 'vue'
import type { FeatureCollection } from 'geojson'
import { locale } from '@/i18n/locale'
import { arrangedLayer } from '@/map/arranged'
import type { GeoJSONSource, LayerSpecification, MapLibreMap } from '@/map/maplibre'
import { paletteOf } from '@/map/palette'
import { theme } from '@/shell/theme'
import type { Drawing } from '@/wire/objects'
import { SKETCH, SOURCE, arrowImageName, colourOf, drawingFeatures, fillLayers, lineLayers, sketchLayers, symbolImageName } from './features'
import { book, symbolOf } from './kinds'
import { useMapOnScreen } from './map_access'
import { RATIO, arrowImage, symbolImage } from './symbol_image'

const NONE: FeatureCollection = { type: 'FeatureCollection', features: [] }

export interface Shown {
  drawings: () => Drawing[]
  chosen: () => string | null
  sketch?: () => FeatureCollection
}

export function useDrawingsOnMap(shown: Shown): void {
  const { map, ready, arrangement, drawn: told } = useMapOnScreen()
  const dark = computed(() => theme.value !== 'light')
  const features = computed(() => drawingFeatures(shown.drawings(), shown.chosen(), dark.value, locale.value))

  watch(features, (now) => { told.value = now.features.map((one) => one.properties ?? {}) }, { immediate: true })

  function images(drawn: MapLibreMap): void {
    const halo = paletteOf(theme.value).halo
    for (const one of shown.drawings()) {
      const colour = arrowImageName(one.style.colour)
      if (one.style.arrows !== 'none' && !drawn.hasImage(colour)) {
        const data = arrowImage(colourOf(one.style.colour, dark.value), halo)
        if (data) drawn.addImage(colour, data, { pixelRatio: RATIO })
      }
      if (one.shape !== 'point') continue
      const name = symbolImageName(one.symbol, one.id === shown.chosen())
      if (drawn.hasImage(name)) continue
      const symbol = symbolOf(one.symbol)
      const data = symbolImage(symbol, book.value?.classes[(one.symbol ?? '').slice(0, 1)], one.id === shown.chosen())
      if (data) drawn.addImage(name, data, { pixelRatio: RATIO })
    }
  }

  /** Put in what is missing. The map's own layers stay where they are: fills under the names, the rest under what moves. */
  function furnish(): void {
    const drawn = map.value
    if (!drawn || !ready.value) return
    try {
      if (!drawn.getSource(SOURCE)) drawn.addSource(SOURCE, { type: 'geojson', data: NONE })
      if (!drawn.getSource(SKETCH)) drawn.addSource(SKETCH, { type: 'geojson', data: NONE })
      const palette = paletteOf(theme.value)
      const under = (id: string) => (drawn.getLayer(id) ? id : undefined)
      const put = (layers: Record<string, unknown>[], before?: string) => {
        for (const layer of layers) if (!drawn.getLayer(String(layer.id))) drawn.addLayer(arrangedLayer(layer as unknown as LayerSpecification, arrangement.value), before)
      }
      put(fillLayers(), under('county-names'))
      put(lineLayers(palette), under('alerts'))
      put(sketchLayers(palette))
      images(drawn)
      void drawn.getSource<GeoJSONSource>(SOURCE)?.setData(features.value)
      void drawn.getSource<GeoJSONSource>(SKETCH)?.setData(shown.sketch?.() ?? NONE)
    } catch {
      // The style is being exchanged: `styledata` comes again when it is there.
    }
  }

  function again(): void {
    if (map.value && ready.value && !map.value.getLayer('drawing-symbols')) furnish()
  }

  watch([map, ready], ([drawn], [before]) => {
    if (before && before !== drawn) before.off('styledata', again)
    drawn?.off('styledata', again)
    drawn?.on('styledata', again)
    furnish()
  }, { immediate: true })
  watch(features, furnish)
  watch(() => shown.sketch?.() ?? NONE, (data) => { void map.value?.getSource<GeoJSONSource>(SKETCH)?.setData(data) })
  watch(book, () => {
    // Symbols that were asked for before the catalogue came stand there as question marks: draw them anew.
    const drawn = map.value
    if (!drawn || !ready.value) return
    for (const one of shown.drawings()) for (const chosen of [true, false]) {
      const name = symbolImageName(one.symbol, chosen)
      if (drawn.hasImage(name)) drawn.removeImage(name)
    }
    furnish()
  })
  onScopeDispose(() => {
    const drawn = map.value
    if (!drawn) return
    drawn.off('styledata', again)
    try {
      for (const layer of [...fillLayers(), ...lineLayers(paletteOf(theme.value)), ...sketchLayers(paletteOf(theme.value))]) if (drawn.getLayer(String(layer.id))) drawn.removeLayer(String(layer.id))
      for (const source of [SOURCE, SKETCH]) if (drawn.getSource(source)) drawn.removeSource(source)
    } catch {
      // The map itself has gone first.
    }
  })
}
