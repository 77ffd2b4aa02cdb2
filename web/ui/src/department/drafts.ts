/** What was typed into a form of an order stays until it was sent, also when the form is closed by mistake. */
import { ref, type Ref } from 'vue'
import type { OrderAction } from './orders'

export interface FormDraft {
  text: string
  forward: string
  unit: string
}

const held = new Map<string, Ref<FormDraft>>()

export function forms(task: string, action: OrderAction): Ref<FormDraft> {
  const key = `${task} ${action}`
  let draft = held.get(key)
  if (draft === undefined) {
    draft = ref({ text: '', forward: '', unit: '' })
    held.set(key, draft)
  }
  return draft
}
