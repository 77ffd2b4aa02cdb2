/** What can be printed, as the server says; and how large a sheet's map is on the ground and on the screen. */
import { get } from '@/wire/api'

export type Dpi = '150' | '200' | '300'

export interface Paper {
  paper: string
  orientation: 'portrait' | 'landscape'
  /** Of the map on the sheet. */
  width_mm: number
  height_mm: number
  /** Style-sheet pixels to the inch: names and symbols are larger on a sheet for the wall. */
  css_inch: number
  /** Width and height of the picture, for each resolution that is offered. */
  pixels: Partial<Record<Dpi, [number, number]>>
}

export interface Papers {
  papers: Paper[]
  scales: number[]
  smallest_scale: number
  largest_scale: number
  most_picture_bytes: number
  /** The typeface of the sheets; null: the server has none with Chinese, and cannot print. */
  font: string | null
}

export function readPapers(): Promise<Papers> {
  return get<Papers>('/api/map-sheets')
}

/** What the sheet shows: centre in degrees, 1 : `scale` there, `bearing` upwards. */
export interface Extent {
  lon: number
  lat: number
  scale: number
  bearing: number
}

const A = 6_378_137
const E2 = 0.006_694_379_990_141_316
const TILE = 512
const rad = (degrees: number) => (degrees * Math.PI) / 180

/** Metres on the ellipsoid for one of Web Mercator: the same as `ground_factor` of `gis/sheets/scale.py`. */
export function groundFactor(lat: number): number {
  const w2 = 1 - E2 * Math.sin(rad(lat)) ** 2
  return Math.sqrt((1 / Math.sqrt(w2)) * ((1 - E2) / w2 ** 1.5)) * Math.cos(rad(lat))
}

/** The zoom at which `cssInch` pixels of the map are an inch of a sheet 1 : `scale`. */
export function zoomFor(scale: number, lat: number, cssInch: number): number {
  return Math.log2((2 * Math.PI * A * groundFactor(lat)) / (TILE * ((scale * 0.0254) / cssInch)))
}

/** Pixels of a map at `zoom` for one millimetre of the sheet. */
export function pixelsPerMm(scale: number, lat: number, zoom: number): number {
  const mercatorMetres = scale / 1000 / groundFactor(lat)
  return (mercatorMetres * TILE * 2 ** zoom) / (2 * Math.PI * A)
}

/** The first round scale at which the sheet holds what a screen of this size shows at this zoom. */
export function fitting(papers: Papers, paper: Paper, lat: number, zoom: number, width: number, height: number): number {
  const holds = (scale: number) => {
    const mm = pixelsPerMm(scale, lat, zoom)
    return paper.width_mm * mm >= width && paper.height_mm * mm >= height
  }
  return papers.scales.find(holds) ?? papers.scales.at(-1) ?? papers.largest_scale
}

interface Piece {
  /** Where it stands in the picture. */
  x: number
  y: number
  width: number
  height: number
}

/** The picture in pieces that one drawing surface can hold; each is drawn with a margin, so that names run across the seams. */
export function piecesOf(width: number, height: number, most: number): Piece[] {
  const columns = Math.ceil(width / most)
  const rows = Math.ceil(height / most)
  const [wide, high] = [Math.ceil(width / columns), Math.ceil(height / rows)]
  return Array.from({ length: columns * rows }, (_, n) => {
    const [x, y] = [(n % columns) * wide, Math.floor(n / columns) * high]
    return { x, y, width: Math.min(wide, width - x), height: Math.min(high, height - y) }
  })
}

/** The place that lies `dx` pixels to the right of and `dy` below another, on a map at `zoom` with `bearing` upwards. */
export function shifted(lon: number, lat: number, dx: number, dy: number, zoom: number, bearing: number): [number, number] {
  const world = TILE * 2 ** zoom
  const [cos, sin] = [Math.cos(rad(bearing)), Math.sin(rad(bearing))]
  const east = dx * cos - dy * sin
  const south = dx * sin + dy * cos
  const y = Math.asinh(Math.tan(rad(lat))) - (south / world) * 2 * Math.PI
  return [lon + (east / world) * 360, (Math.atan(Math.sinh(y)) * 180) / Math.PI]
}
