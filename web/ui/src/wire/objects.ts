/** The objects of every picture, as docs/architecture.md lists them. Unknown is null, never 0. */
import type { Adjustment, Assessment, WhatIf } from './objects/assessment'
import type { By, Time } from './objects/base'
import type { Department, Fence, Note, Response, Task, Unit } from './objects/command'
import type { Consultation } from './objects/consultation'
import type { Proposal } from './objects/proposal'
import type { Drawing } from './objects/drawing'
import type { ClockObject, Deadline, Delivery, Duty, Exercise, Inject, Message, Rating } from './objects/duty'
import type { Alert, Call, Figure, Incident, IncidentHead, Link, Report } from './objects/incident'
import type { PlanHead } from './objects/plan'
import type { RecommendationHead } from './objects/recommendation'
import type { Headquarters, Membership } from './objects/headquarters'
import type { Instruction } from './objects/instruction'
import type { Allotment, ResourceRequest, Shelter } from './objects/resource'
import type { Closure } from './objects/road'
import type { OpenHandover, RosterHead } from './objects/roster'

export * from './objects/assessment'
export * from './objects/base'
export * from './objects/command'
export * from './objects/consultation'
export * from './objects/drawing'
export * from './objects/duty'
export * from './objects/incident'
export * from './objects/plan'
export * from './objects/recommendation'
export * from './objects/headquarters'
export * from './objects/instruction'
export * from './objects/resource'
export * from './objects/proposal'
export * from './objects/road'
export * from './objects/roster'

/** Which object stands in which collection of a picture. */
export interface Collections {
  incidents: IncidentHead
  incident: Incident
  figures: Figure
  alerts: Alert
  assessments: Assessment
  adjustments: Adjustment
  what_ifs: WhatIf
  calls: Call
  reports: Report
  recommendations: RecommendationHead
  responses: Response
  proposals: Proposal
  fences: Fence
  tasks: Task
  instructions: Instruction
  headquarters: Headquarters | Membership
  consultations: Consultation
  units: Unit
  unit: Unit
  notes: Note
  messages: Message
  deliveries: Delivery
  links: Link
  drawings: Drawing
  deadlines: Deadline
  duty: Duty
  handovers: OpenHandover
  roster: RosterHead
  department: Department
  clock: ClockObject
  exercise: Exercise
  injects: Inject
  ratings: Rating
  closures: Closure
  plans: PlanHead
  requests: ResourceRequest
  shelters: Shelter
  allotments: Allotment
}

export type Picture = { [K in keyof Collections]?: Record<string, Collections[K]> }

/** A fact without its after-image, as the timeline shows it. */
export interface FactLine {
  stream: string
  seq: number
  kind: string
  v?: number
  occurred_at: Time
  at: Time
  by: By
  command?: string
  data: Record<string, unknown>
}

export type After = Record<string, Record<string, unknown>>

export interface Fact extends FactLine {
  now: After
}

export interface ClockReading {
  at: Time
  wall_at: Time
  speed: number
  paused: boolean
}

export interface RealmTitle {
  name: string
  kind: 'live' | 'exercise' | 'test'
  title_zh: string
  title_en: string
}
