/** What a plan would start at another level than the one proposed, from the plans as data. */
import { shallowRef, type ShallowRef } from 'vue'
import { get } from '@/wire/api'
import type { Level, ProposedTask, Response } from '@/wire/objects'

interface PlanTask extends StartedTask {
  readonly level: Level
}

export interface Plan {
  readonly id: string
  readonly tasks: readonly PlanTask[]
}

export type StartedTask = Pick<ProposedTask, 'code' | 'title_zh' | 'title_en' | 'department'>

const LEVELS: readonly Level[] = ['I', 'II', 'III', 'IV']
const plans = shallowRef<readonly Plan[]>([])
let asked = false

export function usePlans(): ShallowRef<readonly Plan[]> {
  if (!asked) {
    asked = true
    void get<{ plans: readonly Plan[] }>('/api/plans')
      .then((answer) => {
        plans.value = answer.plans
      })
      .catch(() => {
        asked = false
      })
  }
  return plans
}

/**
 * Tasks that a level starts: those of the level itself and of every lower one, without what was issued already.
 * At the proposed level it is the proposal's own list.
 */
export function tasksAt(all: readonly Plan[], response: Response, level: Level, issued: ReadonlySet<string>): readonly StartedTask[] {
  const plan = all.find((one) => one.id === response.plan_id)
  const started: readonly StartedTask[] =
    level === response.suggested?.level || plan === undefined
      ? response.proposed_tasks
      : plan.tasks.filter((task) => LEVELS.indexOf(task.level) >= LEVELS.indexOf(level))
  return started.filter((task) => !issued.has(task.code))
}
