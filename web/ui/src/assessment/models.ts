/** What each hazard model takes and in which limits (`GET /api/hazard-models`): for forms that ask and correct. Fetched once a page. */
import { shallowRef } from 'vue'
import { get } from '@/wire/api'
import type { Words } from '@/wire/objects'

export interface InputDeclaration extends Words {
  name: string
  kind: 'number' | 'choice' | 'series' | 'shape'
  optional?: boolean
  required?: boolean
  unit_zh?: string
  unit_en?: string
  /** Outside these a value is refused; outside `calibrated` it is answered with a limit. */
  low?: number | null
  high?: number | null
  calibrated?: [number, number] | null
  /** The figure of the incident that feeds it. */
  fed_by?: string | null
  choices?: (Words & { key: string })[]
}

export interface ModelDeclaration extends Words {
  id: string
  version: string
  inputs: InputDeclaration[]
}

const held = shallowRef<Map<string, ModelDeclaration> | null>(null)
let asking: Promise<void> | null = null

async function load(): Promise<void> {
  try {
    const answer = await get<{ models: ModelDeclaration[] }>('/api/hazard-models', { cache: 'default' })
    held.value = new Map(answer.models.map((one) => [one.id, one]))
  } catch {
    // Forms then know no limits; the server still does. Asked again by the next form.
  } finally {
    asking = null
  }
}

export function useModels(): { declarationOf: (model: string, input: string) => InputDeclaration | null; modelOf: (model: string) => ModelDeclaration | null } {
  if (!held.value) asking ??= load()
  const modelOf = (model: string) => held.value?.get(model.split('@')[0] ?? model) ?? null
  return { modelOf, declarationOf: (model, input) => modelOf(model)?.inputs.find((one) => one.name === input) ?? null }
}
