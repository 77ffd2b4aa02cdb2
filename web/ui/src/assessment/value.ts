/** What was typed for an input of a model, as the value that is sent; and why it cannot be one. Pure. */
import type { InputDeclaration } from './models'

export type Typed = { value: unknown; wrong: null } | { value: null; wrong: 'empty' | 'not_number' | 'range' | 'not_here' }

export function readTyped(text: string, of: Pick<InputDeclaration, 'kind' | 'low' | 'high'> | null): Typed {
  const said = text.trim()
  if (said === '') return { value: null, wrong: 'empty' }
  const kind = of?.kind ?? 'number'
  if (kind === 'choice') return { value: said, wrong: null }
  if (kind !== 'number') return { value: null, wrong: 'not_here' }
  const number = Number(said.replace(/[，,\s]/g, ''))
  if (Number.isNaN(number)) return { value: null, wrong: 'not_number' }
  if ((of?.low != null && number < of.low) || (of?.high != null && number > of.high)) return { value: null, wrong: 'range' }
  return { value: number, wrong: null }
}

/** Allowed, and outside what the model was calibrated on: the answer will carry a limit. */
export function isUncalibrated(value: unknown, of: Pick<InputDeclaration, 'calibrated'> | null): boolean {
  return typeof value === 'number' && of?.calibrated != null && (value < of.calibrated[0] || value > of.calibrated[1])
}
