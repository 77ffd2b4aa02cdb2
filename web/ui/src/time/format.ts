/** Times as words. 24 h, Asia/Shanghai, wherever the device is. All times in milliseconds unless they are ISO strings. */
import { currentLocale } from '@/i18n/locale'
import type { Locale } from '@/i18n/locale'

const ZONE = 'Asia/Shanghai'
const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

function split(at: number): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]))
}

export function toMs(at: string | number): number {
  return typeof at === 'number' ? at : Date.parse(at)
}

/** `02:24:36` */
export function formatClock(at: string | number): string {
  const p = split(toMs(at))
  return `${p.hour}:${p.minute}:${p.second}`
}

/** `02:24` */
export function formatTime(at: string | number): string {
  const p = split(toMs(at))
  return `${p.hour}:${p.minute}`
}

/** `03-01 02:12` */
export function formatDayTime(at: string | number): string {
  const p = split(toMs(at))
  return `${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** `2026-03-01` */
export function formatDate(at: string | number): string {
  const p = split(toMs(at))
  return `${p.year}-${p.month}-${p.day}`
}

/** `02:12` today, `03-01 02:12` on another day. */
export function formatNear(at: string | number, now: number): string {
  return formatDate(at) === formatDate(now) ? formatTime(at) : formatDayTime(at)
}

/** `03-01 02:12`, with the year when it is another one: how a time is typed and shown in a form. */
export function formatTyped(at: string | number, now: number): string {
  const year = formatDate(at).slice(0, 4)
  return year === formatDate(now).slice(0, 4) ? formatDayTime(at) : `${formatDate(at)} ${formatTime(at)}`
}

/**
 * Read a time as people type it, 24 h, Shanghai: `2:12`, `0212`, `03-01 02:12`, `3/1 2:12`, `2026-03-01 02:12`.
 * A time of day alone is the latest one that is not in the future, or with `ahead` the next one. Null when it cannot be read.
 */
export function parseTyped(text: string, now: number, ahead = false): string | null {
  const found = /^(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?\s+)?(\d{1,2})[:：时]?(\d{2})分?$/.exec(text.trim())
  if (!found) return null
  const [, year, month, day, hour, minute] = found
  if (Number(hour) > 23 || Number(minute) > 59) return null
  const today = formatDate(now)
  const two = (part: string | undefined) => String(part ?? '').padStart(2, '0')
  const date = month && day ? `${year ?? today.slice(0, 4)}-${two(month)}-${two(day)}` : today
  const at = Date.parse(`${date}T${two(hour)}:${two(minute)}:00+08:00`)
  if (Number.isNaN(at) || formatDate(at) !== date) return null
  if (month || (ahead ? at > now : at <= now + 60_000)) return new Date(at).toISOString()
  return new Date(ahead ? at + 86_400_000 : at - 86_400_000).toISOString()
}

const pad = (n: number) => String(n).padStart(2, '0')

/** `4:12`, `34:12`, `1:04:12`, `2 天 3:00:00`: hours only when there are any. */
export function formatSpan(ms: number, tongue: Locale = currentLocale()): string {
  const whole = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor((whole % 86_400) / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const seconds = whole % 60
  if (days > 0) return tongue === 'zh' ? `${days} 天 ${hours} 时` : `${days} d ${hours} h`
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`
}

export interface Countdown {
  overdue: boolean
  /** Milliseconds left; negative when overdue. */
  left: number
  /** `4:12`, or `超 1:20` / `+1:20` once it is overdue. */
  text: string
  /** The same within a sentence: `剩 4:12`, `4:12 left`. */
  words: string
}

export function formatCountdown(due: string | number, now: number, tongue: Locale = currentLocale()): Countdown {
  const left = toMs(due) - now
  const overdue = left < 0
  // Rounded away from zero on both sides, so that the last second still reads 0:01 and the first overdue one too.
  const shown = Math.ceil(Math.abs(left) / 1000) * 1000
  const span = formatSpan(shown, tongue)
  const zh = tongue === 'zh'
  const late = zh ? `超 ${span}` : `late ${span}`
  return { overdue, left, text: overdue ? late : span, words: overdue ? late : zh ? `剩 ${span}` : `${span} left` }
}

/** `T+12 分`, `T+6 时`: time since it happened. */
export function formatElapsed(since: string | number, now: number, tongue: Locale = currentLocale()): string {
  const minutes = Math.floor((now - toMs(since)) / 60_000)
  if (minutes < 0) return tongue === 'zh' ? 'T−' : 'T−'
  const zh = tongue === 'zh'
  if (minutes < 60) return `T+ ${minutes} ${zh ? '分' : 'min'}`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) {
    const rest = minutes % 60
    return `T+ ${hours} ${zh ? '时' : 'h'}${hours < 10 && rest > 0 ? ` ${rest} ${zh ? '分' : 'min'}` : ''}`
  }
  return `T+ ${Math.floor(hours / 24)} ${zh ? '天' : 'd'}`
}

/** `刚刚`, `12 秒前`, `3 分前`, `2 时前`, `3 天前`. */
export function formatAge(at: string | number, now: number, tongue: Locale = currentLocale()): string {
  const seconds = Math.max(0, Math.floor((now - toMs(at)) / 1000))
  const zh = tongue === 'zh'
  if (seconds < 3) return zh ? '刚刚' : 'just now'
  if (seconds < 60) return zh ? `${seconds} 秒前` : `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return zh ? `${minutes} 分前` : `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return zh ? `${hours} 时前` : `${hours} h ago`
  const days = Math.floor(hours / 24)
  return zh ? `${days} 天前` : `${days} d ago`
}

/** What something took, with its units: `20 秒`, `4 分 20 秒`, `2 时 15 分`, `3 天 4 时`. */
export function formatTook(ms: number, tongue: Locale = currentLocale()): string {
  const whole = Math.max(0, Math.round(ms / 1000))
  const zh = tongue === 'zh'
  const units: [number, string][] = [[Math.floor(whole / 86_400), zh ? '天' : 'd'], [Math.floor((whole % 86_400) / 3600), zh ? '时' : 'h'], [Math.floor((whole % 3600) / 60), zh ? '分' : 'min'], [whole % 60, zh ? '秒' : 's']]
  const first = units.findIndex(([n]) => n > 0)
  if (first < 0) return zh ? '0 秒' : '0 s'
  return units.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(' ')
}

/** Minutes as a span for forms and orders: `30 分钟`, `2 小时`. */
export function formatMinutes(minutes: number, tongue: Locale = currentLocale()): string {
  const zh = tongue === 'zh'
  if (minutes % 60 === 0 && minutes >= 60) return zh ? `${minutes / 60} 小时` : `${minutes / 60} h`
  return zh ? `${minutes} 分钟` : `${minutes} min`
}

/** Seconds after a moment as people say them: `30 分`, `2 小时 15 分`. */
export function formatSpanWords(seconds: number, tongue: Locale = currentLocale()): string {
  const minutes = Math.round(seconds / 60)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  const zh = tongue === 'zh'
  return [hours > 0 ? `${hours} ${zh ? '小时' : 'h'}` : '', rest > 0 || hours === 0 ? `${rest} ${zh ? '分' : 'min'}` : ''].filter(Boolean).join(' ')
}
