/** Tracks of units and where each was at a time. Pure, but for the question to the server. */
import type { Feature, FeatureCollection } from 'geojson'
import { get } from '@/wire/api'

/** [seconds since 1970, lon, lat, accuracy in metres or null] */
export type TrackFix = [number, number, number, number | null]

export interface Tracks {
  since: string
  until: string
  units: Record<string, TrackFix[]>
  truncated: boolean
}

/** A gap longer than this (seconds) is not drawn over: nobody knows where the unit was. */
export const GAP_S = 300

export function askTracks(since: Date, until: Date, everyS: number, signal: AbortSignal): Promise<Tracks> {
  const span = `since=${encodeURIComponent(since.toISOString())}&until=${encodeURIComponent(until.toISOString())}`
  return get<Tracks>(`/api/tracks?${span}&every_s=${everyS}`, { signal })
}

/** The index of the last fix at or before a time; -1 before the first. */
export function lastBefore(track: TrackFix[], at: number): number {
  let low = 0
  let high = track.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((track[middle]?.[0] ?? Infinity) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

export interface Then {
  lon: number
  lat: number
  accuracy_m: number | null
  at: string
}

/** Where each unit was: between two fixes on the way from one to the other, unless the gap is too long. Units not yet seen are left out. */
export function whereThen(tracks: Record<string, TrackFix[]>, at: number): Record<string, Then> {
  const found: Record<string, Then> = {}
  for (const [unit, track] of Object.entries(tracks)) {
    const n = lastBefore(track, at)
    const last = track[n]
    if (!last) continue
    const next = track[n + 1]
    const share = next && next[0] - last[0] <= GAP_S ? (at - last[0]) / (next[0] - last[0]) : 0
    const seen = share > 0 ? at : last[0]
    found[unit] = {
      lon: last[1] + (next && share > 0 ? (next[1] - last[1]) * share : 0),
      lat: last[2] + (next && share > 0 ? (next[2] - last[2]) * share : 0),
      accuracy_m: last[3],
      at: new Date(seen * 1000).toISOString(),
    }
  }
  return found
}

/** The ways up to a time as lines, broken where nothing was heard for long. */
export function trackLines(tracks: Record<string, TrackFix[]>, at: number): FeatureCollection {
  const features: Feature[] = []
  for (const [unit, track] of Object.entries(tracks)) {
    const lines: number[][][] = [[]]
    for (const [n, fix] of track.slice(0, lastBefore(track, at) + 1).entries()) {
      const before = track[n - 1]
      if (before && fix[0] - before[0] > GAP_S) lines.push([])
      lines.at(-1)?.push([fix[1], fix[2]])
    }
    const drawn = lines.filter((line) => line.length > 1)
    if (drawn.length) features.push({ type: 'Feature', properties: { unit }, geometry: { type: 'MultiLineString', coordinates: drawn } })
  }
  return { type: 'FeatureCollection', features }
}
