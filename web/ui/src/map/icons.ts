/** Icons drawn on a canvas when the map first asks for them: nothing to download, both themes, any language. */
import type { Palette } from './palette'
import { resourceMark } from './resource_icons'
import type { Draw } from './resource_icons'

const RATIO = 2
/** Pixels for one of the style's, of what is being drawn now. */
let sharpness = RATIO

/** One character each, after the marks that emergency maps in China use. */
export const UNIT_SIGNS: Record<string, { zh: string; en: string }> = {
  fire_station: { zh: '消', en: 'F' },
  rescue_team: { zh: '救', en: 'R' },
  ambulance: { zh: '医', en: '+' },
  police: { zh: '警', en: 'P' },
  road_repair: { zh: '路', en: 'D' },
  power_repair: { zh: '电', en: 'E' },
  communications: { zh: '通', en: 'C' },
  forest_fire: { zh: '林', en: 'W' },
  boat: { zh: '艇', en: 'B' },
  survey: { zh: '查', en: 'S' },
  supply: { zh: '物', en: 'L' },
}

const FACILITY_SIGNS: Record<string, { zh: string; en: string }> = {
  hospital: { zh: '医', en: 'H' },
  tcm_hospital: { zh: '医', en: 'H' },
  clinic: { zh: '卫', en: 'H' },
  cdc: { zh: '疾', en: 'D' },
  blood_station: { zh: '血', en: 'B' },
  school: { zh: '校', en: 'S' },
  shelter: { zh: '避', en: 'A' },
  depot: { zh: '储', en: 'G' },
  fire_station: { zh: '消', en: 'F' },
  reservoir: { zh: '库', en: 'R' },
  dam: { zh: '坝', en: 'M' },
  hazardous_site: { zh: '危', en: '!' },
  airport: { zh: '机', en: '✈' },
  port: { zh: '口', en: 'P' },
}

/** The kinds of facility that have a sign of their own, as `gis/facility_kinds.py` has them. */
export const FACILITY_KINDS = Object.keys(FACILITY_SIGNS)

export function unitSign(kind: string, tongue: 'zh' | 'en'): string {
  return (UNIT_SIGNS[kind] ?? { zh: '力', en: 'U' })[tongue]
}

export function facilitySign(kind: string, tongue: 'zh' | 'en'): string {
  return (FACILITY_SIGNS[kind] ?? { zh: '点', en: '·' })[tongue]
}

function canvas(size: number, draw: Draw): ImageData | null {
  const sheet = document.createElement('canvas')
  sheet.width = Math.round(size * sharpness)
  sheet.height = Math.round(size * sharpness)
  const c = sheet.getContext('2d')
  if (!c) return null
  c.scale(sharpness, sharpness)
  draw(c, size)
  return c.getImageData(0, 0, sheet.width, sheet.height)
}

function letter(c: CanvasRenderingContext2D, text: string, size: number, px: number, colour: string, dy = 0): void {
  c.fillStyle = colour
  c.font = `600 ${px}px "Noto Sans CJK SC", "Noto Sans SC Variable", sans-serif`
  c.textAlign = 'center'
  c.textBaseline = 'middle'
  c.fillText(text, size / 2, size / 2 + 0.5 + dy)
}

function plate(c: CanvasRenderingContext2D, size: number, inset: number, radius: number): void {
  c.beginPath()
  c.roundRect(inset, inset, size - 2 * inset, size - 2 * inset, radius)
}

/** unit|<sign>|<go|ok|idle|stale> : square, filled by how it stands; dashed when its position is old. */
function unit(palette: Palette, sign: string, state: string): ImageData | null {
  const colour = { go: palette.go, ok: palette.ok, idle: palette.idle, stale: palette.stale }[state] ?? palette.idle
  return canvas(26, (c, size) => {
    plate(c, size, 2, 5)
    c.fillStyle = palette.plate
    c.fill()
    c.lineWidth = 2
    c.strokeStyle = colour
    if (state === 'stale') c.setLineDash([3, 2.4])
    c.stroke()
    letter(c, sign, size, 13, state === 'stale' || state === 'idle' ? colour : palette.textStrong)
  })
}

/** facility|<sign> : a small disc, quieter than anything that moves. */
function facility(palette: Palette, sign: string): ImageData | null {
  return canvas(18, (c, size) => {
    c.beginPath()
    c.arc(size / 2, size / 2, size / 2 - 1.5, 0, Math.PI * 2)
    c.fillStyle = palette.facilityGround
    c.fill()
    c.lineWidth = 1
    c.strokeStyle = palette.facility
    c.stroke()
    letter(c, sign, size, 10, palette.facility)
  })
}

/** incident|<grade>|<decided|suggested>|<sign> : a diamond; filled once the grade is decided. */
function incident(palette: Palette, grade: string, state: string, sign: string): ImageData | null {
  const colour = palette.grade[grade] ?? palette.grade.none ?? '#888'
  return canvas(34, (c, size) => {
    const m = size / 2
    c.beginPath()
    c.moveTo(m, 2)
    c.lineTo(size - 2, m)
    c.lineTo(m, size - 2)
    c.lineTo(2, m)
    c.closePath()
    c.fillStyle = state === 'decided' ? colour : palette.plate
    c.fill()
    c.lineWidth = 2
    c.strokeStyle = colour
    if (state !== 'decided') c.setLineDash([3, 2.4])
    c.stroke()
    letter(c, sign, size, 13, state === 'decided' ? '#10151a' : colour)
  })
}

/** alert|<red|orange|yellow|blue|none>|<open|answered> : a triangle, the sign of warning. */
function alert(palette: Palette, colourName: string, state: string): ImageData | null {
  const grade = { red: 'I', orange: 'II', yellow: 'III', blue: 'IV' }[colourName] ?? 'none'
  const colour = palette.grade[grade] ?? '#888'
  return canvas(24, (c, size) => {
    c.beginPath()
    c.moveTo(size / 2, 2.5)
    c.lineTo(size - 2, size - 3)
    c.lineTo(2, size - 3)
    c.closePath()
    c.fillStyle = state === 'open' ? colour : palette.plate
    c.fill()
    c.lineWidth = 1.8
    c.strokeStyle = colour
    c.lineJoin = 'round'
    c.stroke()
    letter(c, '!', size, 12, state === 'open' ? '#10151a' : colour, 3)
  })
}

/** call : a telephone report not yet dealt with. */
function call(palette: Palette): ImageData | null {
  return canvas(22, (c, size) => {
    plate(c, size, 2, 11)
    c.fillStyle = palette.plate
    c.fill()
    c.lineWidth = 1.8
    c.strokeStyle = palette.go
    c.setLineDash([3, 2])
    c.stroke()
    letter(c, '☎', size, 11, palette.go)
  })
}

/** closure|<all|public> : the sign of no entry; a ring only where rescue may pass. */
function closure(palette: Palette, bars: string): ImageData | null {
  return canvas(24, (c, size) => {
    const m = size / 2
    c.beginPath()
    c.arc(m, m, m - 2, 0, Math.PI * 2)
    c.fillStyle = bars === 'all' ? palette.incident : '#ffffff'
    c.fill()
    c.lineWidth = bars === 'all' ? 1.5 : 3
    c.strokeStyle = bars === 'all' ? '#ffffff' : palette.incident
    c.stroke()
    if (bars !== 'all') return
    c.fillStyle = '#ffffff'
    c.fillRect(m - 6, m - 2, 12, 4)
  })
}

/** summit, words: what the map writes as text, for a legend. */
function written(palette: Palette, text: string): ImageData | null {
  return canvas(20, (c, size) => { letter(c, text, size, 14, palette.text) })
}

/** Shelters, depots, beds: `resource_icons.ts`. */
function resource(palette: Palette, name: string): ImageData | null {
  const mark = resourceMark(name, palette)
  return mark ? canvas(mark.size, mark.draw) : null
}

/** The image of a name such as `unit|消|go`; null for a name that is not ours. `ratio`: finer than for screens, for paper. */
export function drawIcon(name: string, palette: Palette, ratio = RATIO): { data: ImageData; ratio: number } | null {
  sharpness = ratio
  const [kind, a = '', b = '', d = ''] = name.split('|')
  const data =
    kind === 'unit' ? unit(palette, a, b)
    : kind === 'facility' ? facility(palette, a)
    : kind === 'incident' ? incident(palette, a, b, d)
    : kind === 'alert' ? alert(palette, a, b)
    : kind === 'call' ? call(palette)
    : kind === 'closure' ? closure(palette, a)
    : kind === 'summit' ? written(palette, '▲')
    : kind === 'words' ? written(palette, '字')
    : resource(palette, name)
  return data ? { data, ratio } : null
}
