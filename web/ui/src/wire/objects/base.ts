/** What all objects are made of. Times are ISO 8601 UTC. */
export type Grade = 'I' | 'II' | 'III' | 'IV'
export type Level = Grade
export type Colour = 'red' | 'orange' | 'yellow' | 'blue'
export type Time = string

export interface By {
  id: string
  name: string
}

/** Degrees in the system in which they were given. */
export interface GivenPoint {
  lon: number
  lat: number
  origin: 'WGS84' | 'CGCS2000' | 'GCJ02' | 'BD09'
}

/** Always WGS 84; `origin` names the system before conversion, `given` (only while a form is filled in) is the point in it. */
export interface Point {
  lon: number
  lat: number
  origin?: GivenPoint['origin']
  given?: GivenPoint
}
