import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fold, foldCopy, merge } from '@/wire/fold'
import type { After, Fact } from '@/wire/objects'

const FIXTURES = join(__dirname, '../../../tests/fixtures/fold')

interface Fixture {
  snapshot: Record<string, Record<string, unknown>> | { picture: Record<string, Record<string, unknown>> }
  facts: Fact[]
  expected: Record<string, Record<string, unknown>> | { picture: Record<string, Record<string, unknown>> }
}

const pictureOf = (part: Fixture['snapshot']) => (typeof part.picture === 'object' ? part.picture : part) as Record<string, Record<string, unknown>>
/** An empty collection and an absent one are the same to a reader. */
const full = (picture: object) => Object.fromEntries(Object.entries(picture).filter(([, objects]) => Object.keys(objects as object).length > 0))

describe('fold', () => {
  it('puts, replaces and takes away whole objects', () => {
    const picture = { calls: { a: { id: 'a', text: '旧' } } }
    fold(picture, { calls: { a: { id: 'a', text: '新' }, b: { id: 'b' } }, alerts: { x: { id: 'x' } } })
    fold(picture, { calls: { b: null, never: null } })
    expect(picture).toEqual({ calls: { a: { id: 'a', text: '新' } }, alerts: { x: { id: 'x' } } })
  })

  it('leaves the picture already shown as it was when it folds on a copy', () => {
    const shown = { calls: { a: { id: 'a' } }, units: { u: { id: 'u' } } }
    const next = foldCopy(shown, { calls: { a: null } })
    expect(shown.calls).toEqual({ a: { id: 'a' } })
    expect(next).toEqual({ calls: {}, units: { u: { id: 'u' } } })
    expect(next.units).toBe(shown.units)
  })

  it('gives the same picture whether after-images come one by one or merged', () => {
    const images: After[] = [{ a: { 1: { v: 1 } } }, { a: { 1: null, 2: { v: 2 } }, b: { 3: { v: 3 } } }, { a: { 1: { v: 4 } } }]
    const one = images.reduce((picture, now) => fold(picture, now), {})
    const merged = fold({}, images.reduce(merge))
    expect(merged).toEqual(one)
  })

  const files = existsSync(FIXTURES) ? readdirSync(FIXTURES).filter((name) => name.endsWith('.json')) : []
  it.each(files)('agrees with the server on %s', (name) => {
    const read = JSON.parse(readFileSync(join(FIXTURES, name), 'utf8')) as Fixture | Fixture[]
    for (const fixture of Array.isArray(read) ? read : [read]) {
      const picture = structuredClone(pictureOf(fixture.snapshot))
      for (const fact of fixture.facts) fold(picture, fact.now)
      expect(full(picture)).toEqual(full(pictureOf(fixture.expected)))
    }
  })
})
