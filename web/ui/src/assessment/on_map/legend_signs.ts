/** What the footprints on a map mean, for the layer tree and for a printed sheet: each level with whose word it is, the hatched edge, times, what is supposed. */
import { sayIn } from '@/i18n'
import type { Locale } from '@/i18n/locale'
import type { Sign } from '@/map/legend'

export function assessedSigns(drawn: readonly Record<string, unknown>[], tongue: Locale): Sign[] {
  const signs = new Map<string, Sign>()
  const add = (sign: Sign) => { if (!signs.has(sign.key)) signs.set(sign.key, sign) }
  const rank = (one: Record<string, unknown>) => (typeof one.level === 'number' ? -one.level : 0)
  for (const one of [...drawn].sort((a, b) => rank(a) - rank(b))) {
    const title = String(one[`title_${tongue}`] ?? '')
    if (one.part === 'body' || one.part === 'line') add({ key: `zone:${String(one.key)}`, kind: 'fill', colour: String(one.colour), dash: one.basis === 'model', text: title })
    else if (one.part === 'arrival') add({ key: 'arrival', kind: 'line', dash: true, text: sayIn(tongue, 'assessment.map.arrival') })
    else if (one.part === 'supposed') add({ key: 'supposed', kind: 'line', colour: '#58a6ff', dash: true, text: sayIn(tongue, 'assessment.map.supposed_sign') })
  }
  const band = drawn.find((one) => one.part === 'band')
  if (band) add({ key: 'band', kind: 'fill', colour: String(band.colour), dash: true, text: sayIn(tongue, 'assessment.map.band') })
  return [...signs.values()]
}
