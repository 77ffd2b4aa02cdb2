/**
 * Lengths and areas on the WGS 84 ellipsoid while somebody draws. The server measures again what is kept (gis/geodesic.py); these agree
 * with it to 0.1 % within a city.
 */
export type LonLat = [number, number]

const A = 6378137
const F = 1 / 298.257223563
const B = A * (1 - F)
const E2 = F * (2 - F)
const rad = (degrees: number) => (degrees * Math.PI) / 180

/** Metres between two points: Vincenty's inverse formula (Survey Review 176, 1975). */
export function distanceM([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const L = rad(lon2 - lon1)
  const U1 = Math.atan((1 - F) * Math.tan(rad(lat1)))
  const U2 = Math.atan((1 - F) * Math.tan(rad(lat2)))
  const [s1, c1, s2, c2] = [Math.sin(U1), Math.cos(U1), Math.sin(U2), Math.cos(U2)]
  let lambda = L
  for (let round = 0; round < 100; round++) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)]
    const sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl)
    if (sinSigma === 0) return 0
    const cosSigma = s1 * s2 + c1 * c2 * cl
    const sigma = Math.atan2(sinSigma, cosSigma)
    const sinAlpha = (c1 * c2 * sl) / sinSigma
    const cos2 = 1 - sinAlpha * sinAlpha
    const cosM = cos2 === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2
    const C = (F / 16) * cos2 * (4 + F * (4 - 3 * cos2))
    const before = lambda
    lambda = L + (1 - C) * F * sinAlpha * (sigma + C * sinSigma * (cosM + C * cosSigma * (2 * cosM * cosM - 1)))
    if (Math.abs(lambda - before) > 1e-12) continue
    const u2 = (cos2 * (A * A - B * B)) / (B * B)
    const big = 1 + (u2 / 16384) * (4096 + u2 * (u2 * (320 - 175 * u2) - 768))
    const small = (u2 / 1024) * (256 + u2 * (u2 * (74 - 47 * u2) - 128))
    const delta = small * sinSigma * (cosM + (small / 4) * (cosSigma * (2 * cosM * cosM - 1) - (small / 6) * cosM * (4 * sinSigma * sinSigma - 3) * (4 * cosM * cosM - 3)))
    return B * big * (sigma - delta)
  }
  return NaN
}

export function lengthM(points: LonLat[], closed = false): number {
  let sum = 0
  for (let i = 1; i < points.length; i++) sum += distanceM(points[i - 1] as LonLat, points[i] as LonLat)
  if (closed && points.length > 2) sum += distanceM(points[points.length - 1] as LonLat, points[0] as LonLat)
  return sum
}

/** The authalic sphere has the ellipsoid's area: latitude → authalic latitude (Snyder 1987, eq. 3-11 to 3-13). */
const E = Math.sqrt(E2)
const q = (sine: number) => (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E)
const QP = q(1)
const RADIUS2 = (A * A * QP) / 2

/** Square metres of a ring (not closed by a repeated point). Edges are great circles of the authalic sphere. */
export function areaM2(ring: LonLat[]): number {
  if (ring.length < 3) return 0
  const points = ring.map(([lon, lat]) => [rad(lon), Math.asin(q(Math.sin(rad(lat))) / QP)] as const)
  let excess = 0
  points.forEach(([lon1, lat1], i) => {
    const [lon2, lat2] = points[(i + 1) % points.length] as readonly [number, number]
    const t = Math.tan((lon2 - lon1) / 2)
    excess += 2 * Math.atan2(t * (Math.tan(lat1 / 2) + Math.tan(lat2 / 2)), 1 + Math.tan(lat1 / 2) * Math.tan(lat2 / 2))
  })
  return Math.abs(excess) * RADIUS2
}

export function formatLength(metres: number): string {
  if (metres < 1000) return `${metres.toFixed(metres < 100 ? 1 : 0)} m`
  return `${(metres / 1000).toFixed(metres < 100_000 ? 2 : 1)} km`
}

export function formatArea(m2: number): string {
  return m2 < 100_000 ? `${m2.toFixed(0)} m²` : `${(m2 / 1e6).toFixed(m2 < 1e8 ? 3 : 1)} km²`
}
