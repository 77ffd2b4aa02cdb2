import { describe, expect, it } from 'vitest'
import { metresBetween, usableFix, worthSending, type Fix } from './position'
import { fitted } from './photo'

const fix = (over: Partial<Fix> = {}): Fix => ({ lon: 98.93, lat: 23.47, accuracyM: 12, at: 1_000_000, ...over })

describe('my position', () => {
  it('is attached to a command only while it is recent and not rough', () => {
    expect(usableFix(fix(), 1_100_000)).not.toBeNull()
    expect(usableFix(fix(), 1_200_000)).toBeNull()
    expect(usableFix(fix({ accuracyM: 900 }), 1_000_000)).toBeNull()
    expect(usableFix(null, 0)).toBeNull()
  })

  it('is told when the unit moved, and once a minute when it stands', () => {
    expect(worthSending(fix(), null)).toBe(true)
    expect(worthSending(fix({ at: 1_020_000 }), fix())).toBe(false)
    expect(worthSending(fix({ at: 1_020_000, lat: 23.471 }), fix())).toBe(true)
    expect(worthSending(fix({ at: 1_005_000, lat: 23.471 }), fix())).toBe(false)
    expect(worthSending(fix({ at: 1_060_000 }), fix())).toBe(true)
  })

  it('measures in metres', () => {
    expect(metresBetween(fix(), fix({ lat: 23.471 }))).toBeCloseTo(111.3, 0)
    expect(metresBetween(fix(), fix({ lon: 98.931 }))).toBeCloseTo(102.1, 0)
  })
})

describe('a photograph', () => {
  it('keeps its shape and is never blown up', () => {
    expect(fitted({ width: 4000, height: 3000 }, 1920)).toEqual({ width: 1920, height: 1440 })
    expect(fitted({ width: 600, height: 800 }, 1920)).toEqual({ width: 600, height: 800 })
    expect(fitted({ width: 9000, height: 2 }, 1920)).toEqual({ width: 1920, height: 1 })
  })
})
