/** Which figures a duty officer looks for, whether or not anybody has reported them. Pure. */
import type { Figure } from '@/wire/objects'

/** Asked about in every report; shown as unknown until somebody says. */
const ALWAYS = ['dead', 'missing', 'trapped', 'serious_injured', 'light_injured', 'evacuated']
const BY_CLASS: [string, string[]][] = [
  ['nd.quake', ['magnitude', 'collapsed_rooms', 'damaged_rooms']],
  ['nd.flood', ['collapsed_rooms', 'rainfall_mm']],
  ['nd.geo', ['collapsed_rooms', 'threatened']],
  ['nd.forest', ['burnt_ha']],
  ['nd.grass', ['burnt_ha']],
  ['ac.', ['loss_wan']],
  ['ph.', ['cases']],
  ['ss.', ['participants']],
]

export interface FigureCell {
  metric: string
  figure: Figure | null
}

/** The cells of the grid: what is always asked, what this class asks, then whatever else was reported. */
export function figureCells(classKey: string, figures: Record<string, Figure>): FigureCell[] {
  const wanted = [...ALWAYS, ...BY_CLASS.filter(([prefix]) => classKey.startsWith(prefix)).flatMap(([, metrics]) => metrics)]
  const rest = Object.keys(figures).filter((metric) => !wanted.includes(metric)).sort()
  return [...wanted, ...rest].map((metric) => ({ metric, figure: figures[metric] ?? null }))
}

/** `12`, `1 234`, `5.5`: as reported, never rounded. */
export function formatFigure(value: number): string {
  const [whole = '', part] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
  return part === undefined ? grouped : `${grouped}.${part}`
}
