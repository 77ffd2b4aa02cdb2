/** Short words about what just happened, with a way back where there is an honest one. */
import { shallowReactive } from 'vue'
import { asProblem } from '@/wire/api'

export interface Toast {
  id: number
  text: string
  /** kept: safe, and not done yet. */
  tone: 'done' | 'refused' | 'told' | 'kept'
  undo?: () => unknown
}

const KEEP = 8_000
let next = 1
export const toasts = shallowReactive<Toast[]>([])

export function dropToast(id: number): void {
  const at = toasts.findIndex((one) => one.id === id)
  if (at >= 0) toasts.splice(at, 1)
}

export function toast(text: string, options: { tone?: Toast['tone']; undo?: Toast['undo'] } = {}): void {
  const one: Toast = { id: next++, text, tone: options.tone ?? 'done', undo: options.undo }
  toasts.push(one)
  if (toasts.length > 4) toasts.shift()
  setTimeout(() => { dropToast(one.id) }, one.undo || one.tone === 'refused' || one.tone === 'kept' ? KEEP * 1.5 : KEEP)
}

/** Show a refusal that has no field of its own to stand beside. */
export function toastProblem(thrown: unknown): void {
  toast(asProblem(thrown).detail, { tone: 'refused' })
}
