import { describe, expect, it } from 'vitest'
import { fitting, groundFactor, piecesOf, pixelsPerMm, shifted, zoomFor } from './papers'
import type { Paper, Papers } from './papers'

const paper: Paper = { paper: 'A4', orientation: 'landscape', width_mm: 211, height_mm: 169, css_inch: 96, pixels: { 150: [1246, 998] } }
const papers: Papers = { papers: [paper], scales: [5000, 50_000, 500_000], smallest_scale: 1000, largest_scale: 2_000_000, most_picture_bytes: 1, font: 'x' }

describe('the scale of a sheet', () => {
  it('is that of the server', () => {
    // From gis/sheets/scale.py: ground_factor(24.0), zoom_for(50_000, 24.0).
    expect(groundFactor(24)).toBeCloseTo(0.911_492, 5)
    expect(zoomFor(50_000, 24, 96)).toBeCloseTo(12.396_851, 5)
  })
  it('makes an inch of css_inch pixels', () => {
    expect(pixelsPerMm(50_000, 24, zoomFor(50_000, 24, 96))).toBeCloseTo(96 / 25.4, 6)
    expect(pixelsPerMm(50_000, 24, zoomFor(50_000, 24, 32))).toBeCloseTo(32 / 25.4, 6)
  })
  it('fits what is on the screen, or takes the smallest there is', () => {
    const zoom = zoomFor(50_000, 24, 96)
    expect(fitting(papers, paper, 24, zoom, 700, 600)).toBe(50_000)
    expect(fitting(papers, paper, 24, zoom, 900, 600)).toBe(500_000)
    expect(fitting(papers, paper, 24, 2, 900, 600)).toBe(500_000)
  })
})

describe('pieces', () => {
  it('cover the picture once', () => {
    const pieces = piecesOf(5687, 4429, 3900)
    expect(pieces).toHaveLength(4)
    expect(pieces.reduce((sum, one) => sum + one.width * one.height, 0)).toBe(5687 * 4429)
    expect(Math.max(...pieces.map((one) => one.x + one.width))).toBe(5687)
  })
  it('are shifted along the turned edges', () => {
    const [lon, lat] = shifted(99, 24, 100, 0, 10, 0)
    expect(lon).toBeGreaterThan(99)
    expect(lat).toBeCloseTo(24, 9)
    const [lon2, lat2] = shifted(99, 24, 100, 0, 10, 90)
    expect(lon2).toBeCloseTo(99, 9)
    expect(lat2).toBeLessThan(24)
  })
})
