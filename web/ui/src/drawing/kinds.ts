/** What can be drawn: kinds and symbols (`GET /api/drawing-kinds`), fetched once a page; the last answer is kept for a device without a signal. */
import { shallowRef } from 'vue'
import { asProblem, get } from '@/wire/api'
import type { DrawingShape, DrawingStyle } from '@/wire/objects'

export interface DrawingKind {
  key: string
  zh: string
  en: string
  shape: DrawingShape
  code: string | null
  board: boolean
  who: string[]
  style: DrawingStyle
}

export interface SymbolClass {
  zh: string
  en: string
  colour: string
  frame: 'round' | 'square'
}

/** `fill`, `line`: path data on a field of 24 × 24. */
export interface MapSymbol {
  code: string
  kind: string
  zh: string
  en: string
  fill: string | null
  line: string | null
}

export interface DrawingBook {
  kinds: DrawingKind[]
  classes: Record<string, SymbolClass>
  symbols: MapSymbol[]
  source: string
  most_vertices: number
  most_buffer_m: number
}

const KEPT = 'fengsui.drawing-kinds'

export const book = shallowRef<DrawingBook | null>(kept())
export const bookTrouble = shallowRef('')
let asking: Promise<void> | null = null

function kept(): DrawingBook | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as DrawingBook | null
  } catch {
    return null
  }
}

async function load(): Promise<void> {
  try {
    const answer = await get<DrawingBook>('/api/drawing-kinds')
    book.value = answer
    bookTrouble.value = ''
    try {
      localStorage.setItem(KEPT, JSON.stringify(answer))
    } catch {
      // A full or forbidden store costs the symbols after a reload without a signal, nothing else.
    }
  } catch (thrown) {
    bookTrouble.value = asProblem(thrown).detail
    asking = null
  }
}

/** Ask once; after a failure the next call asks again. */
export function loadBook(): Promise<void> {
  asking ??= load()
  return asking
}

export function kindOf(key: string): DrawingKind | undefined {
  return book.value?.kinds.find((kind) => kind.key === key)
}

export function symbolOf(code: string | null): MapSymbol | undefined {
  return code === null ? undefined : book.value?.symbols.find((one) => one.code === code)
}
