/** The pictures of legend entries: the same that the map draws, as images for a canvas or addresses for a page. */
import { book, symbolOf } from '@/drawing/kinds'
import { symbolImage } from '@/drawing/symbol_image'
import type { Locale } from '@/i18n/locale'
import type { Theme } from '@/shell/theme'
import { drawIcon } from './icons'
import { paletteOf } from './palette'

/** Twice as many pixels as it measures on a page; null for what is no picture of the map. */
export function legendImage(icon: string, theme: Theme): ImageData | null {
  if (icon.startsWith('drawing-symbol|')) {
    const code = icon.split('|')[1] ?? ''
    return symbolImage(symbolOf(code), book.value?.classes[code.slice(0, 1)], false)
  }
  return drawIcon(icon, paletteOf(theme))?.data ?? null
}

const kept = new Map<string, string>()

/** As an address; '' when it cannot be drawn here. */
export function legendPicture(icon: string, theme: Theme): string {
  const key = `${theme} ${icon} ${book.value ? 'named' : ''}`
  const held = kept.get(key)
  if (held !== undefined) return held
  const image = legendImage(icon, theme)
  const sheet = document.createElement('canvas')
  if (image) {
    sheet.width = image.width
    sheet.height = image.height
    sheet.getContext('2d')?.putImageData(image, 0, 0)
  }
  const address = image ? sheet.toDataURL() : ''
  kept.set(key, address)
  return address
}

export function nameOfSymbol(code: string, tongue: Locale): string | null {
  const symbol = symbolOf(code)
  return symbol ? symbol[tongue] : null
}
