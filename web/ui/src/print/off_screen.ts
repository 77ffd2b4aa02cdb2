/**
 * The map of the desk once more, off the screen and as fine as paper wants it: the same style, sources and order, in paper's colours.
 * What could not be had is told, never left blank in silence.
 */
import { arrowImageName, colourOf } from '@/drawing/features'
import { RATIO, arrowImage } from '@/drawing/symbol_image'
import type { Locale } from '@/i18n/locale'
import { drawIcon } from '@/map/icons'
import { legendOf } from '@/map/legend'
import { legendImage, nameOfSymbol } from '@/map/legend_icon'
import type { LegendGroup } from '@/map/legend'
import { MapLibreMap } from '@/map/maplibre'
import { paletteOf } from '@/map/palette'
import type { DrawingColour } from '@/wire/objects'
import { piecesOf, shifted, zoomFor } from './papers'
import type { Dpi, Extent, Paper } from './papers'
import { onPaper, paperStyle } from './recolour'

/** Pixels along one edge of a drawing surface: what every WebGL that runs this map can do. */
const MOST_EDGE = 4096
const MARGIN = 96
/** A map that has done nothing for so long (ms) will not come to rest: the page lies behind others, or the server does not answer. */
const SILENT = 60_000
const LONGEST = 300_000
/** Above this a lossless picture would be too large to send. */
const MOST_LOSSLESS = 15_000_000

export interface Job {
  live: MapLibreMap
  extent: Extent
  paper: Paper
  dpi: Dpi
  tongue: Locale
  /** The live map is in the dark theme's colours. */
  dark: boolean
  signal: AbortSignal
  progress: (piece: number, pieces: number) => void
}

export interface Drawn {
  picture: Blob
  legend: LegendGroup[]
  /** Symbols of the legend: name → PNG in base64. */
  icons: Record<string, string>
  /** Sources that have a visible layer at this scale. */
  sources: Set<string>
  /** What went wrong, by source: how often, and the last reason. */
  failed: Map<string, { times: number; reason: string }>
}

export class DrawingStuck extends Error {}

function settled(map: MapLibreMap, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stuck = () => { done(new DrawingStuck()) }
    let silence = setTimeout(stuck, SILENT)
    const last = setTimeout(stuck, LONGEST)
    const alive = () => {
      clearTimeout(silence)
      silence = setTimeout(stuck, SILENT)
    }
    const done = (error?: unknown) => {
      clearTimeout(silence)
      clearTimeout(last)
      map.off('render', alive)
      map.off('data', alive)
      signal.removeEventListener('abort', aborted)
      map.off('idle', idle)
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new Error(String(error)))
    }
    const idle = () => { done() }
    const aborted = () => { done(signal.reason) }
    if (signal.aborted) { done(signal.reason); return }
    signal.addEventListener('abort', aborted)
    map.on('render', alive)
    map.on('data', alive)
    map.on('idle', idle)
    map.triggerRepaint()
  })
}

/** Images that the map asks for: ours drawn anew and finer, others as the desk's map has them. */
function supply(map: MapLibreMap, live: MapLibreMap, ratio: number): void {
  const palette = paletteOf('light')
  map.setMissingStyleImageResolver((id) => {
    if (map.hasImage(id)) return
    const icon = drawIcon(id, palette, Math.max(2, Math.ceil(ratio)))
    if (icon) {
      map.addImage(id, icon.data, { pixelRatio: icon.ratio })
      return
    }
    const [kind, colour] = id.split('|')
    if (colour && id === arrowImageName(colour as DrawingColour) && kind === 'drawing-arrow') {
      const data = arrowImage(colourOf(colour as DrawingColour, false), palette.halo)
      if (data) map.addImage(id, data, { pixelRatio: RATIO })
      return
    }
    if (!live.hasImage(id)) return
    const held = live.getImage(id)
    map.addImage(id, { width: held.data.width, height: held.data.height, data: held.data.data }, { pixelRatio: held.pixelRatio, sdf: held.sdf })
  })
}

/** A symbol as PNG, for the legend. */
function symbolPng(map: MapLibreMap, name: string): string | null {
  const own = drawIcon(name, paletteOf('light'), 4)?.data ?? legendImage(name, 'light')
  const held = own ?? (map.hasImage(name) ? map.getImage(name).data : null)
  if (!held) return null
  const sheet = document.createElement('canvas')
  sheet.width = held.width
  sheet.height = held.height
  sheet.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(held.data), held.width, held.height), 0, 0)
  return sheet.toDataURL('image/png').split(',')[1] ?? null
}

/** Any colour of a style as #rrggbb. */
function plainColour(colour: string, dark: boolean): string {
  const c = document.createElement('canvas').getContext('2d')
  if (!c) return '#5d6d79'
  // A legend may speak of the screen's colours; white would be strong words there, and here it is paper.
  c.fillStyle = dark && colour !== '#ffffff' ? onPaper(colour) : colour
  return /^#[0-9a-f]{6}$/i.test(c.fillStyle) ? c.fillStyle : '#5d6d79'
}

function visibleSources(map: MapLibreMap): Set<string> {
  const zoom = map.getZoom()
  const found = new Set<string>()
  for (const layer of map.getStyle().layers) {
    if (!('source' in layer) || layer.layout?.visibility === 'none') continue
    if (zoom >= (layer.minzoom ?? 0) && zoom < (layer.maxzoom ?? 99)) found.add(layer.source)
  }
  return found
}

function merged(all: LegendGroup[], more: LegendGroup[]): LegendGroup[] {
  const groups = all.map((group) => ({ ...group, entries: [...group.entries] }))
  for (const group of more) {
    const held = groups.find((one) => one.id === group.id)
    if (!held) groups.push({ ...group, entries: [...group.entries] })
    else for (const entry of group.entries) if (!held.entries.some((one) => one.text === entry.text)) held.entries.push(entry)
  }
  return groups
}

export async function drawOffScreen(job: Job): Promise<Drawn> {
  const { live, extent, paper, signal } = job
  const pixels = paper.pixels[job.dpi]
  if (!pixels) throw new Error('no such resolution')
  const [width, height] = pixels
  const ratio = Number(job.dpi) / paper.css_inch
  const zoom = zoomFor(extent.scale, extent.lat, paper.css_inch)
  const margin = Math.ceil(MARGIN * ratio)
  const single = width <= MOST_EDGE && height <= MOST_EDGE
  const pieces = piecesOf(width, height, single ? MOST_EDGE : MOST_EDGE - 2 * margin)
  const [first] = pieces
  if (!first) throw new Error('no such resolution')
  const around = single ? 1 : margin
  const host = document.createElement('div')
  Object.assign(host.style, {
    position: 'fixed', left: '-100000px', top: '0', visibility: 'hidden',
    width: `${Math.ceil((first.width + 2 * around) / ratio)}px`, height: `${Math.ceil((first.height + 2 * around) / ratio)}px`,
  })
  host.setAttribute('aria-hidden', 'true')
  document.body.append(host)
  const failed: Drawn['failed'] = new Map()
  let map: MapLibreMap | null = null
  try {
    const drawn = new MapLibreMap({
      container: host,
      style: job.dark ? paperStyle(live.getStyle()) : live.getStyle(),
      center: [extent.lon, extent.lat],
      zoom,
      bearing: extent.bearing,
      minZoom: 0,
      maxZoom: 24,
      maxPitch: 0,
      interactive: false,
      trackResize: false,
      attributionControl: false,
      fadeDuration: 0,
      pixelRatio: ratio,
      maxCanvasSize: [2 * MOST_EDGE, 2 * MOST_EDGE],
      canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
    })
    map = drawn
    supply(drawn, live, ratio)
    drawn.on('error', (event) => {
      const source = String((event as unknown as { sourceId?: string }).sourceId ?? '')
      const held = failed.get(source)
      failed.set(source, { times: (held?.times ?? 0) + 1, reason: event.error.message })
    })
    const sheet = document.createElement('canvas')
    sheet.width = width
    sheet.height = height
    const c = sheet.getContext('2d', { alpha: false })
    if (!c) throw new DrawingStuck()
    let legend: LegendGroup[] = []
    for (const [n, piece] of pieces.entries()) {
      job.progress(n + 1, pieces.length)
      const dx = (piece.x + piece.width / 2 - width / 2) / ratio
      const dy = (piece.y + piece.height / 2 - height / 2) / ratio
      drawn.jumpTo({ center: shifted(extent.lon, extent.lat, dx, dy, zoom, extent.bearing), zoom, bearing: extent.bearing })
      await settled(drawn, signal)
      const surface = drawn.getCanvas()
      if (surface.width < piece.width || surface.height < piece.height) throw new DrawingStuck()
      const [sx, sy] = [Math.round((surface.width - piece.width) / 2), Math.round((surface.height - piece.height) / 2)]
      c.drawImage(surface, sx, sy, piece.width, piece.height, piece.x, piece.y, piece.width, piece.height)
      legend = merged(legend, legendOf(drawn, job.tongue, { theme: 'light', nameOfSymbol }))
    }
    const icons: Record<string, string> = {}
    legend = legend.map((group) => ({
      ...group,
      entries: group.entries.map((entry) => {
        if (entry.icon && !(entry.icon in icons)) {
          const png = symbolPng(drawn, entry.icon)
          if (png) icons[entry.icon] = png
        }
        return entry.colour ? { ...entry, colour: plainColour(entry.colour, job.dark) } : entry
      }),
    }))
    const lossless = width * height <= MOST_LOSSLESS
    const picture = await new Promise<Blob | null>((resolve) => { sheet.toBlob(resolve, lossless ? 'image/png' : 'image/jpeg', 0.94) })
    if (!picture) throw new DrawingStuck()
    signal.throwIfAborted()
    return { picture, legend, icons, sources: visibleSources(drawn), failed }
  } finally {
    map?.remove()
    host.remove()
  }
}
