/** Slanting lines in a colour: between the two edges of an estimate, so that nobody takes either for a border. */
const SIZE = 10
const RATIO = 2
export { RATIO }

export function hatchImage(colour: string): ImageData | null {
  const sheet = document.createElement('canvas')
  sheet.width = sheet.height = SIZE * RATIO
  const c = sheet.getContext('2d')
  if (!c) return null
  c.scale(RATIO, RATIO)
  c.strokeStyle = colour
  c.lineWidth = 0.8
  for (const from of [-SIZE, 0, SIZE]) {
    c.beginPath()
    c.moveTo(from - 1, SIZE + 1)
    c.lineTo(from + SIZE + 1, -1)
    c.stroke()
  }
  return c.getImageData(0, 0, sheet.width, sheet.height)
}
