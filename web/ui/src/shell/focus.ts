/** The keyboard is never left on nothing: a form that a button opened takes the focus, and gives it back when it goes. */
import { nextTick, watch } from 'vue'
import type { Ref } from 'vue'

/** What is watched; and what may stand in the place of a button that opened it. */
const FORM = 'form, .panel-form'
const OPENED = '.panel-form'
const FIELD = 'input:not([type="hidden"]):not(:disabled), select:not(:disabled), textarea:not(:disabled), button:not(:disabled)'

/** What had the focus, and where it stood: a button that makes way for its form is drawn anew when the form goes. */
interface Place {
  element: HTMLElement
  words: string
  around: HTMLElement[]
}

function placeOf(element: HTMLElement): Place {
  const around: HTMLElement[] = []
  for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) around.push(one)
  return { element, words: element.textContent, around }
}
const lost = () => document.activeElement === null || document.activeElement === document.body

function back(place: Place): void {
  if (place.element.isConnected) {
    place.element.focus({ preventScroll: true })
    return
  }
  const here = place.around.find((one) => one.isConnected)
  const again = [...(here?.querySelectorAll<HTMLElement>(place.element.tagName) ?? [])].find((one) => one.textContent === place.words)
  again?.focus({ preventScroll: true })
}

/** A section that opens in the place of its first button: it has the focus while it is open (so Escape shuts it, and its letters work),
 * and its button again afterwards. The section has `tabindex="-1"`. */
export function focusOpened(open: Ref<boolean>, section: Ref<HTMLElement | null>): void {
  watch(open, (now) => {
    void nextTick(() => {
      if (lost() || document.activeElement === section.value) (now ? section.value : section.value?.querySelector('button'))?.focus({ preventScroll: true })
    })
  })
}

/** Watch over the page; the answer ends it. */
export function keepFocus(): () => void {
  let before: Place | null = null
  const openers = new WeakMap<Element, Place>()
  let form: Element | null = null

  const watching = new MutationObserver(() => {
    const gone = form
    if (!gone || gone.isConnected) return
    leave()
    const opener = openers.get(gone)
    // Whoever opens the next form, or takes the focus on purpose, does so before the next frame.
    if (opener) requestAnimationFrame(() => { if (lost()) back(opener) })
  })
  function leave(): void {
    form = null
    watching.disconnect()
  }
  function entered(event: FocusEvent): void {
    if (!(event.target instanceof HTMLElement)) return
    const now = event.target.closest(FORM)
    if (now && now !== form) {
      if (before && !now.contains(before.element) && !openers.has(now)) openers.set(now, before)
      if (!form) watching.observe(document.body, { childList: true, subtree: true })
      form = now
    } else if (!now && form) leave()
    if (!now) before = placeOf(event.target)
  }
  /** A button that was pressed is gone and nothing has the focus: the form in its place has. */
  function pressed(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('button') : null
    if (!button || button.closest(FORM)) return
    const place = placeOf(button)
    requestAnimationFrame(() => {
      if (!lost() || button.isConnected) return
      const here = place.around.find((one) => one.isConnected)
      const opened = here?.querySelector(OPENED)
      if (!opened) return
      openers.set(opened, place)
      opened.querySelector<HTMLElement>(FIELD)?.focus()
    })
  }
  document.addEventListener('focusin', entered)
  document.addEventListener('click', pressed, true)
  return () => {
    leave()
    document.removeEventListener('focusin', entered)
    document.removeEventListener('click', pressed, true)
  }
}
