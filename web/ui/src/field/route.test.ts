import { describe, expect, it } from 'vitest'
import type { RouteAnswer } from '@/desk/around/around'
import { routeOverlay, worthAsking, type KeptRoute } from './route'

const answer = (geometry: RouteAnswer['route']['geometry']): RouteAnswer =>
  ({ route: { geometry, steps: [], avoided: [], seconds: geometry ? 60 : null }, basis: {} }) as unknown as RouteAnswer
const from = { lon: 99, lat: 23.5, accuracyM: 5, at: 0 }

describe('the way to the order', () => {
  it('is drawn along the road, or as a straight line that looks like one', () => {
    const road = { type: 'LineString' as const, coordinates: [[99, 23.5], [99.01, 23.6]] }
    expect(routeOverlay(answer(road), from, { lon: 99.01, lat: 23.6 }).features[0]?.properties).toEqual({ part: 'route' })
    const unknown = routeOverlay(answer(null), from, { lon: 99.01, lat: 23.6 }).features[0]
    expect(unknown?.properties).toEqual({ part: 'straight' })
    expect(unknown?.geometry).toEqual({ type: 'LineString', coordinates: [[99, 23.5], [99.01, 23.6]] })
  })

  it('is asked again after 300 metres, not for every fix', () => {
    const kept: KeptRoute = { answer: answer(null), at: 0, from }
    expect(worthAsking(null, from)).toBe(true)
    expect(worthAsking(kept, { ...from, lat: 23.501 })).toBe(false)
    expect(worthAsking(kept, { ...from, lat: 23.504 })).toBe(true)
  })
})
