/** How figures moved, read from the record: every entry with its source, withdrawals included. Pure. */
import type { FactLine, Figure } from '@/wire/objects'

export interface TrendPoint {
  /** When it was so (observed), ms. */
  readonly at: number
  /** Null: the figure was withdrawn, from here on it is unknown. */
  readonly value: number | null
  readonly source: string
}

export interface Trend {
  readonly metric: string
  readonly points: readonly TrendPoint[]
}

interface FigureData {
  metric?: unknown
  value?: unknown
  source?: unknown
  observed_at?: unknown
  figure?: unknown
}

/** One entry of a figure, or null when the fact is about something else. */
function entryOf(fact: FactLine): { metric: string; point: TrendPoint } | null {
  if (fact.kind !== 'incident.figure_entered') return null
  const outer = fact.data as FigureData
  const data = (typeof outer.figure === 'object' && outer.figure !== null ? outer.figure : outer) as FigureData
  if (typeof data.metric !== 'string') return null
  const observed = typeof data.observed_at === 'string' ? data.observed_at : fact.occurred_at
  return {
    metric: data.metric,
    point: {
      at: Date.parse(observed),
      value: typeof data.value === 'number' ? data.value : null,
      source: typeof data.source === 'string' ? data.source : '',
    },
  }
}

/**
 * A trend per metric, in the order of the first entry; entries in the order in which they were true.
 * `figures`: as they stand now. Some come into the record with the report that opened the incident, not as entries of their own.
 */
export function trendsOf(facts: readonly FactLine[], figures: Readonly<Record<string, Figure>> = {}): Trend[] {
  const found = new Map<string, TrendPoint[]>()
  for (const fact of facts) {
    const entry = entryOf(fact)
    if (entry === null) continue
    const points = found.get(entry.metric) ?? []
    points.push(entry.point)
    found.set(entry.metric, points)
  }
  for (const figure of Object.values(figures)) {
    const points = found.get(figure.metric) ?? []
    const at = Date.parse(figure.observed_at)
    if (points.some((point) => point.at === at && point.value === figure.value)) continue
    points.push({ at, value: figure.value, source: figure.source })
    found.set(figure.metric, points)
  }
  return [...found].map(([metric, points]) => ({ metric, points: points.sort((a, b) => a.at - b.at) }))
}

export interface Spot {
  readonly x: number
  readonly y: number
}

export interface TrendShape {
  /** Steps, broken where the figure was withdrawn: a figure holds until the next one is given. */
  readonly lines: readonly (readonly Spot[])[]
  readonly dots: readonly (Spot & { readonly point: TrendPoint })[]
  readonly top: number
  readonly bottom: number
}

/** The trend drawn into a box of `width` × `height` between `from` and `now` (ms). The scale starts at zero unless a value lies below. */
export function shapeOf(trend: Trend, from: number, now: number, width: number, height: number): TrendShape {
  const values = trend.points.flatMap((point) => (point.value === null ? [] : [point.value]))
  const top = Math.max(...values, 0) || 1
  const bottom = Math.min(...values, 0)
  const span = Math.max(1, now - from)
  const x = (at: number): number => ((Math.min(Math.max(at, from), now) - from) / span) * width
  const y = (value: number): number => height - ((value - bottom) / (top - bottom)) * height
  const lines: Spot[][] = []
  const dots: (Spot & { point: TrendPoint })[] = []
  let line: Spot[] | null = null
  trend.points.forEach((point, index) => {
    if (point.value === null) {
      line = null
      return
    }
    const spot = { x: x(point.at), y: y(point.value) }
    const last: Spot | undefined = line?.at(-1)
    if (line === null) {
      line = [spot]
      lines.push(line)
    } else line.push({ x: spot.x, y: last?.y ?? spot.y }, spot)
    dots.push({ ...spot, point })
    const until = trend.points[index + 1]?.at ?? now
    line.push({ x: x(until), y: spot.y })
  })
  return { lines, dots, top, bottom }
}
