/** What a plan would start at another level than the one proposed, from the plans as data. */
import { shallowRef, type ShallowRef } from 'vue'
import { get } from '@/wire/api'
import type { Level, ProposedTask, Response } from '@/wire/objects'

interface PlanTask {
  readonly code: string
  readonly level: Level
  readonly title_zh?: string
  readonly title_en?: string
  readonly zh?: string
  readonly en?: string
  readonly department?: string
  readonly owner?: string
  readonly due_minutes: number
}

export interface Plan {
  readonly id: string
  readonly tasks: readonly PlanTask[]
}

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

export type StartedTask = Pick<ProposedTask, 'code' | 'title_zh' | 'title_en' | 'department'>

/** Tasks that a level starts: those of the level itself and of every lower one. At the proposed level it is the proposal's own list. */
export function tasksAt(all: readonly Plan[], response: Response, level: Level): readonly StartedTask[] {
  const plan = all.find((one) => one.id === response.plan_id)
  if (level === response.suggested?.level || plan === undefined) return response.proposed_tasks
  return plan.tasks
    .filter((task) => LEVELS.indexOf(task.level) >= LEVELS.indexOf(level))
    .map((task) => ({
      code: task.code,
      title_zh: task.title_zh ?? task.zh ?? task.code,
      title_en: task.title_en ?? task.en ?? '',
      department: task.department ?? task.owner ?? '',
    }))
}
