/** A picture and the fact after it make the next picture. The same lines stand in `spine/fold.py`. */
import type { After } from './objects'

export type LoosePicture = Record<string, Record<string, unknown>>

/** Apply one after-image in place and return the picture; null takes the object out of it. */
export function fold<P extends object>(picture: P, now: After): P {
  const held = picture as unknown as LoosePicture
  for (const [collection, objects] of Object.entries(now)) {
    const into = (held[collection] ??= {})
    for (const [id, object] of Object.entries(objects)) {
      if (object === null) Reflect.deleteProperty(into, id)
      else into[id] = object
    }
  }
  return picture
}

/** The same fold on copies of the collections it touches, so that a picture already shown never changes under its reader. */
export function foldCopy<P extends object>(picture: P, now: After): P {
  const next = { ...(picture as unknown as LoosePicture) }
  for (const collection of Object.keys(now)) next[collection] = { ...(next[collection] ?? {}) }
  return fold(next, now) as unknown as P
}

/** Two after-images as one: what the later one says of an object holds. */
export function merge(earlier: After, later: After): After {
  const merged: After = { ...earlier }
  for (const [collection, objects] of Object.entries(later)) {
    merged[collection] = { ...(merged[collection] ?? {}), ...objects }
  }
  return merged
}
