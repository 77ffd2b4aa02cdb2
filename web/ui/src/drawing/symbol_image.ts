/**
 * Symbols of GB/T 35649 as map images, drawn here from the path data of the catalogue: a frame in the colour of the class, rounded for
 * emergencies and square for the rest, the pictogram in black on white, and a dark edge so that yellow and green stand on any ground.
 */
import type { MapSymbol, SymbolClass } from './kinds'

export const RATIO = 2
/** On the map, in CSS pixels: the standard asks for at least 32 with its words, which stand beside the symbol here. */
export const SIZE = 32
const EDGE = '#10151a'

function frame(c: CanvasRenderingContext2D, inset: number, size: number, round: boolean): void {
  c.beginPath()
  c.roundRect(inset, inset, size - 2 * inset, size - 2 * inset, round ? 6 : 0.5)
}

export function symbolImage(symbol: MapSymbol | undefined, kind: SymbolClass | undefined, chosen: boolean): ImageData | null {
  const sheet = document.createElement('canvas')
  sheet.width = sheet.height = (SIZE + 8) * RATIO
  const c = sheet.getContext('2d')
  if (!c) return null
  c.scale(RATIO, RATIO)
  c.translate(4, 4)
  const round = kind?.frame !== 'square'
  if (chosen) {
    c.save()
    c.translate(-4, -4)
    frame(c, 1, SIZE + 8, round)
    c.strokeStyle = '#58a6ff'
    c.lineWidth = 2.5
    c.stroke()
    c.restore()
  }
  frame(c, 0, SIZE, round)
  c.fillStyle = EDGE
  c.fill()
  frame(c, 1, SIZE, round)
  c.fillStyle = kind?.colour ?? '#9aa8b5'
  c.fill()
  frame(c, 3.6, SIZE, round)
  c.fillStyle = '#ffffff'
  c.fill()
  c.save()
  c.translate(5.2, 5.2)
  c.scale((SIZE - 10.4) / 24, (SIZE - 10.4) / 24)
  c.fillStyle = c.strokeStyle = EDGE
  c.lineWidth = 2.3
  c.lineCap = c.lineJoin = 'round'
  if (symbol?.fill) c.fill(new Path2D(symbol.fill), 'evenodd')
  if (symbol?.line) c.stroke(new Path2D(symbol.line))
  if (!symbol) {
    c.font = '600 20px sans-serif'
    c.textAlign = 'center'
    c.textBaseline = 'middle'
    c.fillText('?', 12, 13)
  }
  c.restore()
  return c.getImageData(0, 0, sheet.width, sheet.height)
}

/** An arrow head that points east, in one colour. */
export function arrowImage(colour: string, edge: string): ImageData | null {
  const sheet = document.createElement('canvas')
  sheet.width = sheet.height = 20 * RATIO
  const c = sheet.getContext('2d')
  if (!c) return null
  c.scale(RATIO, RATIO)
  c.beginPath()
  c.moveTo(3, 3)
  c.lineTo(18, 10)
  c.lineTo(3, 17)
  c.lineTo(7, 10)
  c.closePath()
  c.lineWidth = 2.5
  c.lineJoin = 'round'
  c.strokeStyle = edge
  c.stroke()
  c.fillStyle = colour
  c.fill()
  return c.getImageData(0, 0, sheet.width, sheet.height)
}
