/** MapLibre with its worker from our own bundle: without this line it looks for the worker at an address a build does not have. */
import { Map as MapLibreMap, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'

setWorkerUrl(workerUrl)

export { MapLibreMap }
export type { GeoJSONSource, LayerSpecification, MapGeoJSONFeature, MapMouseEvent, SourceSpecification, StyleSpecification } from 'maplibre-gl'

/** Text is drawn from the reader's own fonts (no glyph files), so the names are those of base.css. */
export const MAP_FONT = ['Noto Sans CJK SC', 'Noto Sans SC Variable', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']
