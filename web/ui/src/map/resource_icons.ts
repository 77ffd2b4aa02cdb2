/** The marks of shelters, depots and hospitals' beds: a shape each that nothing else on the map has, and a sign for how it stands. */
import type { Palette } from './palette'

export type Draw = (c: CanvasRenderingContext2D, size: number) => void

/** How far a shelter's mark is filled; what nobody counted is not filled, and says `?`. */
const LEVEL: Record<string, number> = { free: 0.3, nearly: 0.72, full: 1, over: 1 }
const BADGE: Record<string, string> = { unknown: '?', nearly: '●', full: '◆', over: '▲', unusable: '✕', soon: '●', expired: '✕', none: '◆', diverting: '▲' }
/** What a mark is, in the list's own signs (`ShelterRow`), so that map and list read alike. */
export const badgeOf = (state: string): string => BADGE[state] ?? ''

export const SHELTER_SIGN = { zh: '避', en: 'S' }
export const DEPOT_SIGN = { zh: '储', en: 'G' }
export const BED_SIGN = { zh: '床', en: 'B' }

function colourOf(p: Palette, state: string): string {
  switch (state) {
    case 'free':
    case 'good':
      return p.ok
    case 'nearly':
    case 'soon':
      return p.grade.III ?? p.impact
    case 'full':
    case 'none':
      return p.grade.II ?? p.impact
    case 'over':
    case 'expired':
    case 'diverting':
      return p.grade.I ?? p.incident
    case 'unusable':
      return p.incident
    default:
      return p.idle
  }
}

function words(c: CanvasRenderingContext2D, text: string, x: number, y: number, px: number, colour: string): void {
  c.fillStyle = colour
  c.font = `600 ${px}px "Noto Sans CJK SC", "Noto Sans SC Variable", sans-serif`
  c.textAlign = 'center'
  c.textBaseline = 'middle'
  c.fillText(text, x, y)
}

/** At the upper right, over the mark: the sign of how it stands. */
function badge(c: CanvasRenderingContext2D, p: Palette, state: string, size: number): void {
  const sign = badgeOf(state)
  if (!sign) return
  const [x, y, r] = [size - 6.5, 6.5, 5.6]
  c.setLineDash([])
  c.beginPath()
  c.arc(x, y, r, 0, Math.PI * 2)
  c.fillStyle = p.plate
  c.fill()
  c.lineWidth = 1.4
  c.strokeStyle = colourOf(p, state)
  c.stroke()
  words(c, sign, x, y + 0.5, sign === '?' ? 9 : 7.5, colourOf(p, state))
}

function house(c: CanvasRenderingContext2D, left: number, right: number, top: number, bottom: number): void {
  const roof = top + (bottom - top) * 0.36
  c.beginPath()
  c.moveTo((left + right) / 2, top)
  c.lineTo(right, roof)
  c.lineTo(right, bottom)
  c.lineTo(left, bottom)
  c.lineTo(left, roof)
  c.closePath()
}

/** A house, filled as far as it is full. */
function shelter(p: Palette, state: string, sign: string, old: boolean, several: boolean): Draw {
  return (c, size) => {
    const [left, right, top, bottom] = [3, size - 8, 5.5, size - 3]
    const colour = colourOf(p, state)
    if (several) {
      house(c, left + 3.5, right + 3.5, top - 2.5, bottom - 2.5)
      c.fillStyle = p.plate
      c.fill()
      c.lineWidth = 1.6
      c.strokeStyle = colour
      c.stroke()
    }
    house(c, left, right, top, bottom)
    c.fillStyle = p.plate
    c.fill()
    const level = LEVEL[state] ?? 0
    if (level > 0) {
      c.save()
      house(c, left, right, top, bottom)
      c.clip()
      c.globalAlpha = level === 1 ? 1 : 0.5
      c.fillStyle = colour
      c.fillRect(left, bottom - (bottom - top) * level, right - left, (bottom - top) * level)
      c.restore()
    }
    house(c, left, right, top, bottom)
    c.lineJoin = 'round'
    c.lineWidth = state === 'standby' ? 1.3 : 2
    c.strokeStyle = colour
    if (old || state === 'unknown') c.setLineDash([3, 2.4])
    c.stroke()
    words(c, sign, (left + right) / 2, bottom - (bottom - top) * 0.37, 11.5, level === 1 ? '#10151a' : state === 'standby' || state === 'unusable' ? colour : p.textStrong)
    badge(c, p, state, size)
  }
}

/** A crate: a hexagon with its edge to the ground. */
function depot(p: Palette, state: string, sign: string): Draw {
  return (c, size) => {
    const [x, y, r] = [size / 2 - 1.5, size / 2 + 1.5, size / 2 - 4.5]
    c.beginPath()
    for (let n = 0; n < 6; n++) {
      const turn = Math.PI / 6 + (n * Math.PI) / 3
      c.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn))
    }
    c.closePath()
    c.fillStyle = p.plate
    c.fill()
    c.lineWidth = 1.8
    c.strokeStyle = p.go
    c.stroke()
    words(c, sign, x, y + 0.5, 11.5, p.textStrong)
    badge(c, p, state, size)
  }
}

/** The cross of a hospital. */
function beds(p: Palette, state: string, sign: string, old: boolean): Draw {
  return (c, size) => {
    const [a, b, arm] = [2.5, size - 5.5, 6.2]
    const [low, high] = [a + arm, b - arm]
    c.beginPath()
    for (const [x, y] of [[low, a], [high, a], [high, low], [b, low], [b, high], [high, high], [high, b], [low, b], [low, high], [a, high], [a, low], [low, low]] as const) c.lineTo(x, y + 1)
    c.closePath()
    c.fillStyle = p.plate
    c.fill()
    c.lineJoin = 'round'
    c.lineWidth = 1.8
    c.strokeStyle = colourOf(p, state)
    // So many corners cannot be dashed: what nobody reported is thin and grey, what is old is dashed in long strokes.
    if (state === 'unknown') c.lineWidth = 1.3
    if (old) c.setLineDash([5, 2])
    c.stroke()
    words(c, sign, (a + b) / 2, (a + b) / 2 + 1.5, 11.5, state === 'unknown' ? colourOf(p, state) : p.textStrong)
    badge(c, p, state, size)
  }
}

/** `shelter|<state>|<sign>|<old or ''>`, `shelters|…` for several, `depot|<state>|<sign>`, `beds|<state>|<sign>|<old or ''>`; null for what is none of these. */
export function resourceMark(name: string, p: Palette): { size: number; draw: Draw } | null {
  const [kind, state = '', sign = '', age = ''] = name.split('|')
  if (kind === 'shelter' || kind === 'shelters') return { size: kind === 'shelter' ? 32 : 36, draw: shelter(p, state, sign, age === 'old', kind === 'shelters') }
  if (kind === 'depot') return { size: 31, draw: depot(p, state, sign) }
  if (kind === 'beds') return { size: 33, draw: beds(p, state, sign, age === 'old') }
  return null
}
