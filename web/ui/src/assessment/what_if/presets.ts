/**
 * What is asked most, ready to press: the wind from another side, twice the rain, a magnitude one step larger. Each belongs to an input by its
 * name and holds only for a model that takes that input, within its limits. Pure.
 */
import type { InputDeclaration } from '../models'

export interface Preset {
  key: string
  input: string
  value: number
}

interface Rule {
  of: RegExp
  /** From what holds now; null when that is needed and not known. */
  presets: readonly { key: string; value: (now: number | null) => number | null }[]
}

const fixed = (value: number) => () => value
const times = (factor: number) => (now: number | null) => (now === null ? null : now * factor)
const plus = (step: number) => (now: number | null) => (now === null ? null : now + step)

const RULES: readonly Rule[] = [
  { of: /^wind_from/, presets: [{ key: 'wind_n', value: fixed(0) }, { key: 'wind_e', value: fixed(90) }, { key: 'wind_s', value: fixed(180) }, { key: 'wind_w', value: fixed(270) }] },
  { of: /^wind_(ms|m_s|kmh)$/, presets: [{ key: 'wind_double', value: times(2) }, { key: 'wind_half', value: times(0.5) }] },
  { of: /^rain(fall)?_mm$/, presets: [{ key: 'rain_double', value: times(2) }, { key: 'rain_half', value: times(0.5) }] },
  { of: /^forecast_mm$/, presets: [{ key: 'rain_stops', value: fixed(0) }] },
  { of: /^fails_share$/, presets: [{ key: 'dam_holds', value: fixed(0) }] },
  { of: /^(ms|magnitude)$/, presets: [{ key: 'quake_larger', value: plus(0.3) }, { key: 'quake_smaller', value: plus(-0.3) }] },
]

/** `nowOf`: the median that holds now. */
export function presetsFor(inputs: readonly InputDeclaration[], nowOf: (name: string) => number | null): Preset[] {
  return inputs.flatMap((input) => {
    if (input.kind !== 'number') return []
    return RULES.filter((rule) => rule.of.test(input.name)).flatMap((rule) =>
      rule.presets.flatMap(({ key, value }): Preset[] => {
        const wanted = value(nowOf(input.name))
        if (wanted === null || wanted < (input.low ?? -Infinity) || wanted > (input.high ?? Infinity)) return []
        return [{ key, input: input.name, value: Number(wanted.toPrecision(3)) }]
      }),
    )
  })
}
