import { describe, expect, it } from 'vitest'
import type { FactLine } from '@/wire/objects'
import { shapeOf, trendsOf } from './trend'

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 2, minute)).toISOString()

function entered(metric: string, value: number | null, minute: number, seq = minute): FactLine {
  return {
    stream: 'incident:i',
    seq,
    kind: 'incident.figure_entered',
    occurred_at: at(minute),
    at: at(minute + 1),
    by: { id: 'a', name: 'a' },
    data: { metric, value, source: '孟定卫生院', observed_at: at(minute) },
  }
}

describe('the trend of a figure', () => {
  it('is read from the record in the order in which it was true, whenever it was told', () => {
    const trends = trendsOf([
      entered('injured', 3, 10, 1),
      { ...entered('injured', 1, 5, 2) },
      { ...entered('dead', 0, 8, 3) },
      { ...entered('x', 1, 1, 4), kind: 'incident.noted' },
    ])
    expect(trends.map((trend) => [trend.metric, trend.points.map((point) => point.value)])).toEqual([
      ['injured', [1, 3]],
      ['dead', [0]],
    ])
  })

  it('includes what came with the report that opened the incident, once', () => {
    const figure = (metric: string, value: number, minute: number) => ({
      id: metric,
      metric,
      value,
      unit: null,
      source: '来电',
      observed_at: at(minute),
      by: { id: 'a', name: 'a' },
      at: at(minute),
    })
    const trends = trendsOf([entered('injured', 3, 10)], { magnitude: figure('magnitude', 5.5, 0), injured: figure('injured', 3, 10) })
    expect(trends.map((trend) => [trend.metric, trend.points.length])).toEqual([
      ['injured', 1],
      ['magnitude', 1],
    ])
  })

  it('holds until the next entry, and breaks where the figure was withdrawn', () => {
    const [trend] = trendsOf([entered('injured', 2, 0), entered('injured', 4, 10), entered('injured', null, 20), entered('injured', 1, 30)])
    expect(trend).toBeDefined()
    if (trend === undefined) return
    const shape = shapeOf(trend, Date.parse(at(0)), Date.parse(at(40)), 400, 100)
    expect(shape.lines).toEqual([
      [
        { x: 0, y: 50 },
        { x: 100, y: 50 },
        { x: 100, y: 50 },
        { x: 100, y: 0 },
        { x: 200, y: 0 },
      ],
      [
        { x: 300, y: 75 },
        { x: 400, y: 75 },
      ],
    ])
    expect(shape.dots).toHaveLength(3)
  })

  it('shows a zero that somebody reported as a line on the ground', () => {
    const shape = shapeOf({ metric: 'dead', points: [{ at: 0, value: 0, source: '' }] }, 0, 10, 10, 100)
    expect(shape.lines[0]).toEqual([
      { x: 0, y: 100 },
      { x: 10, y: 100 },
    ])
  })
})
