/** Map colours of both themes; the same names as in tokens.css where they mean the same. */
import type { Theme } from '@/shell/theme'

export interface Palette {
  ground: string
  county: string
  countyLine: string
  townshipLine: string
  water: string
  waterFill: string
  road: string
  text: string
  textStrong: string
  halo: string
  facility: string
  facilityGround: string
  grade: Record<string, string>
  ok: string
  go: string
  idle: string
  stale: string
  plate: string
  impact: string
  incident: string
}

const DARK: Palette = {
  ground: '#0b1418',
  county: '#132127',
  countyLine: '#3d5a67',
  townshipLine: '#22363f',
  water: '#2b6f93',
  waterFill: '#1d4c66',
  road: '#4a4438',
  text: '#b8c7d2',
  textStrong: '#ffffff',
  halo: '#0b1418',
  facility: '#93a4b1',
  facilityGround: '#1a262d',
  grade: { I: '#ff5a52', II: '#ff9838', III: '#f2cc4d', IV: '#58a6ff', none: '#9aa8b5' },
  ok: '#46c08a',
  go: '#58a6ff',
  idle: '#8d9ba8',
  stale: '#7d8a96',
  plate: '#12202b',
  impact: '#f2cc4d',
  incident: '#ff5a52',
}

const LIGHT: Palette = {
  ground: '#dfe6e8',
  county: '#f7f8f5',
  countyLine: '#8fa3ad',
  townshipLine: '#d3dbdf',
  water: '#6aa9cf',
  waterFill: '#b9d9ec',
  road: '#c9bda2',
  text: '#3c4c58',
  textStrong: '#0e1820',
  halo: '#ffffff',
  facility: '#5d6d79',
  facilityGround: '#ffffff',
  grade: { I: '#d92f26', II: '#d9720a', III: '#b98a00', IV: '#1f6fd0', none: '#5d6d79' },
  ok: '#178055',
  go: '#1f5fbf',
  idle: '#5d6d79',
  stale: '#7d8a96',
  plate: '#ffffff',
  impact: '#a87400',
  incident: '#c8261d',
}

export function paletteOf(theme: Theme): Palette {
  return theme === 'light' ? LIGHT : DARK
}
