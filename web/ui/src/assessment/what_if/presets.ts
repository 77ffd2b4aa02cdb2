/**
 * What is asked most, ready to press: the wind from another side, the rain stops, one step worse. Each belongs to an input by its name and
 * holds only for a model that takes that input. Pure.
 */
import type { InputDeclaration } from '../models'

export interface Preset {
  key: string
  input: string
  value: number | string
}

interface Rule {
  of: RegExp
  presets: readonly { key: string; value: number | string }[]
}

const WIND = [['n', 0], ['e', 90], ['s', 180], ['w', 270]] as const
const RULES: readonly Rule[] = [
  { of: /^wind(_from)?_(deg|direction)|^wind_from/, presets: WIND.map(([side, deg]) => ({ key: `wind_${side}`, value: deg })) },
  { of: /^rain(fall)?(_\w+)?$/, presets: [{ key: 'rain_stops', value: 0 }] },
]

/** The presets that a model's inputs allow: within the limits, and with a choice that there is. */
export function presetsFor(inputs: readonly InputDeclaration[]): Preset[] {
  return inputs.flatMap((input) => {
    const fits = (value: number | string) =>
      input.kind === 'choice' ? (input.choices ?? []).some((one) => one.key === value) : input.kind === 'number' && typeof value === 'number' && value >= (input.low ?? -Infinity) && value <= (input.high ?? Infinity)
    return RULES.filter((rule) => rule.of.test(input.name)).flatMap((rule) => rule.presets.filter((one) => fits(one.value)).map((one) => ({ ...one, input: input.name })))
  })
}
