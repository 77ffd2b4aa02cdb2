/** What a line typed into the command bar asks for. Pure; both languages work whatever the screen's. */
import type { Grade } from '@/wire/objects'

export type Asked =
  | { do: 'nothing' }
  | { do: 'help' }
  | { do: 'call'; text: string }
  | { do: 'open'; title: string }
  | { do: 'grade'; grade: Grade | null; reason: string }
  | { do: 'note'; text: string }
  | { do: 'figure'; words: string }
  | { do: 'acknowledge'; note: string }
  | { do: 'dismiss'; reason: string }
  | { do: 'attach' }
  | { do: 'instruct'; text: string }
  | { do: 'report'; channel: 'phone' | 'written' }
  | { do: 'find'; text: string }
  | { do: 'close'; reason: string }
  | { do: 'unknown'; word: string }

const WORDS: Record<string, string> = {
  报: 'call', 接报: 'call', call: 'call', r: 'call',
  开: 'open', 立: 'open', open: 'open', o: 'open',
  级: 'grade', 定级: 'grade', grade: 'grade', g: 'grade',
  记: 'note', note: 'note', n: 'note',
  数: 'figure', figure: 'figure', f: 'figure',
  签: 'acknowledge', 应答: 'acknowledge', ack: 'acknowledge',
  排除: 'dismiss', dismiss: 'dismiss',
  并: 'attach', attach: 'attach',
  批示: 'instruct', 批: 'instruct', instruct: 'instruct', instruction: 'instruct', i: 'instruct',
  首报: 'report', 报送: 'report', report: 'report',
  找: 'find', find: 'find',
  结: 'close', 办结: 'close', close: 'close',
  '?': 'help', '？': 'help', help: 'help', 帮助: 'help',
}

const GRADES: Record<string, Grade> = {
  i: 'I', ii: 'II', iii: 'III', iv: 'IV', 1: 'I', 2: 'II', 3: 'III', 4: 'IV', ⅰ: 'I', ⅱ: 'II', ⅲ: 'III', ⅳ: 'IV', 一: 'I', 二: 'II', 三: 'III', 四: 'IV',
  特别重大: 'I', 重大: 'II', 较大: 'III', 一般: 'IV',
}

export function readGrade(word: string): Grade | null {
  return GRADES[word.toLowerCase().replace(/级$/, '')] ?? null
}

export function readLine(line: string): Asked {
  const text = line.trim()
  if (text === '') return { do: 'nothing' }
  if (!/^[/／]/.test(text)) return { do: 'call', text }
  const body = text.slice(1).trimStart()
  if (body === '') return { do: 'help' }
  const [word = '', ...parts] = body.split(/\s+/)
  // `/报孟定糖厂…` without a space is how it is typed in a hurry.
  const known = WORDS[word.toLowerCase()] ?? WORDS[[...word][0] ?? '']
  const glued = WORDS[word.toLowerCase()] === undefined && known !== undefined && /^[\u4e00-\u9fff]/.test(word)
  const rest = glued ? [[...word].slice(1).join(''), ...parts].join(' ').trim() : body.slice(word.length).trim()
  if (known === undefined || (!glued && WORDS[word.toLowerCase()] === undefined)) return { do: 'unknown', word }
  switch (known) {
    case 'call':
      return { do: 'call', text: rest }
    case 'open':
      return { do: 'open', title: rest }
    case 'grade': {
      const [first = '', ...why] = rest.split(/\s+/)
      return { do: 'grade', grade: readGrade(first), reason: why.join(' ') }
    }
    case 'note':
      return { do: 'note', text: rest }
    case 'figure':
      return { do: 'figure', words: rest }
    case 'acknowledge':
      return { do: 'acknowledge', note: rest }
    case 'dismiss':
      return { do: 'dismiss', reason: rest }
    case 'attach':
      return { do: 'attach' }
    case 'instruct':
      // `/批示李副市长…` without a space is read by its first character.
      return { do: 'instruct', text: rest.replace(/^示/, '').trim() }
    case 'report':
      return { do: 'report', channel: /电话|phone/i.test(rest) ? 'phone' : 'written' }
    case 'find':
      return { do: 'find', text: rest }
    case 'close':
      return { do: 'close', reason: rest }
    default:
      return { do: 'help' }
  }
}

export interface MetricWords {
  key: string
  zh: string
  en: string
  words?: string[]
}

/** `死亡 2 县医院`, `dead 2 county hospital`, `伤2 卫生院`: a figure, its number and who said it. */
export function readFigure(text: string, metrics: Iterable<MetricWords>): { metric: string; value: number; source: string } | null {
  const found = /^(\D+?)\s*[:：=]?\s*(\d+(?:\.\d+)?)\s*\D?\s*(.*)$/u.exec(text.trim())
  if (!found) return null
  const [whole, rawName = '', digits = ''] = found
  const name = rawName.trim().toLowerCase()
  const list = [...metrics]
  const exact = list.find((one) => one.zh === name || one.en.toLowerCase() === name || one.key === name)
  const metric = exact ?? list.find((one) => one.words?.some((word) => word.toLowerCase() === name))
  if (!metric) return null
  const after = whole.slice(whole.indexOf(digits) + digits.length).replace(/^\s*(人|间|户|例|级|公里|公顷|万元)?[\s，,]*/u, '')
  return { metric: metric.key, value: Number(digits), source: after.trim() }
}
