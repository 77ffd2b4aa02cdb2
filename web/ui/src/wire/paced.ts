/** Patches that come faster than a screen can be drawn: they are joined, and drawn together. */
import { merge } from './fold'
import type { Word } from './frames'

export type Patch = Extract<Word, { is: 'patch' }>

/** Two patches of one stream as one. */
export function joinPatches(earlier: Patch, later: Patch): Patch {
  return { ...later, now: merge(earlier.now, later.now), facts: [...earlier.facts, ...later.facts] }
}

/** The longest that a patch waits for others, whatever drawing costs (ms). */
const MOST = 1000

export interface Pace {
  patch: (patch: Patch) => void
  /** Tell what waits, now: something of another kind must be told after it. */
  drain: () => void
}

/**
 * The first patch is told at once. While what was told is being drawn, and for as long again (so that clicks and keys come through),
 * others are kept; then they are told as one for each stream.
 */
export function paced(tell: (patch: Patch) => void): Pace {
  const waiting = new Map<string, Patch>()
  let resting: ReturnType<typeof setTimeout> | null = null

  function rest(): void {
    const began = performance.now()
    // Comes after the drawing, which is a microtask and a frame.
    resting = setTimeout(() => {
      resting = setTimeout(wake, Math.min(MOST, performance.now() - began))
    }, 0)
  }
  function wake(): void {
    resting = null
    drain()
  }
  function drain(): void {
    if (waiting.size === 0) return
    const patches = [...waiting.values()]
    waiting.clear()
    for (const patch of patches) tell(patch)
    if (resting === null) rest()
  }
  function patch(word: Patch): void {
    const held = waiting.get(word.stream)
    waiting.set(word.stream, held ? joinPatches(held, word) : word)
    if (resting === null) drain()
  }
  return { patch, drain }
}
