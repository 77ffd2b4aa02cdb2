/** Keys. Screens add theirs while they are shown; `?` lists whatever is in force. */
import { onScopeDispose, shallowReactive } from 'vue'

export interface Binding {
  /** `j`, `/`, `?`, `Enter`, `Escape`, `ArrowDown`, or two keys in a row: `g d`. */
  keys: string
  /** Message key of what it does; empty: not listed, because another line speaks for it. */
  what: string
  run: (event: KeyboardEvent) => void
  /** In force only while this holds. */
  when?: () => boolean
  /** Also while a field has the focus. */
  typing?: boolean
}

export const bindings = shallowReactive(new Set<Binding>())

let first: { key: string; at: number } | null = null

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type))
}

/** Enter and space on a button or link are that button's; the page must not take them away. */
function isControl(target: EventTarget | null, key: string): boolean {
  return (key === 'Enter' || key === ' ') && target instanceof HTMLElement && target.closest('button, a, summary, [role="tab"]') !== null
}

function find(keys: string, typing: boolean): Binding | undefined {
  // The newest first: an open sheet's keys stand before those of the screen under it.
  return [...bindings].reverse().find((b) => b.keys === keys && (!typing || b.typing) && (b.when?.() ?? true))
}

export function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
  const typing = isTyping(event.target)
  if (isControl(event.target, event.key)) return
  const pair = first && event.timeStamp - first.at < 1200 ? `${first.key} ${event.key}` : null
  first = null
  const binding = (pair ? find(pair, typing) : undefined) ?? find(event.key, typing)
  if (binding) {
    event.preventDefault()
    binding.run(event)
  } else if (!typing && [...bindings].some((b) => b.keys.startsWith(`${event.key} `))) {
    first = { key: event.key, at: event.timeStamp }
  }
}

/** Bind keys while the calling component lives. */
export function useKeys(wanted: Binding[]): void {
  for (const binding of wanted) bindings.add(binding)
  onScopeDispose(() => {
    for (const binding of wanted) bindings.delete(binding)
  })
}
