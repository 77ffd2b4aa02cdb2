/**
 * A draft of the report upwards from what the record holds. What nobody has reported is called unknown and being verified;
 * it is never written as zero. Pure.
 */
import type { Locale } from '@/i18n/locale'
import type { Figure, Incident, IncidentHead, Report, Response, Task } from '@/wire/objects'
import { formatDate, formatTime } from '@/time/format'

export interface DraftWords {
  metric: (key: string) => string
  unit: (key: string, fallback: string | null) => string
  department: (code: string) => string
  level: (level: string) => string
  grade: (grade: string) => string
}

export interface DraftInput {
  /** What a model made of it, already in words; left out when there is none. */
  assessed?: string | null
  form: Report['form']
  incident: Incident | IncidentHead
  figures: Record<string, Figure>
  responses: Response[]
  tasks: Task[]
  reports: Report[]
  now: number
}

const ASKED = ['dead', 'missing', 'trapped', 'serious_injured', 'light_injured', 'evacuated']

/** What a first report must say and this one cannot yet: keys of `desk.report.lack`. */
export function lacking(input: DraftInput): string[] {
  const lacks = ASKED.filter((metric) => input.figures[metric]?.value == null).map((metric) => `metric:${metric}`)
  const incident = input.incident as Partial<Incident>
  if (!incident.description) lacks.push('course')
  if (!input.incident.point) lacks.push('point')
  if (!input.incident.grade.decided && !input.incident.grade.suggested) lacks.push('grade')
  return lacks
}

function stamp(at: string | number, tongue: Locale): string {
  const [year, month, day] = formatDate(at).split('-').map(Number)
  const time = formatTime(at)
  if (tongue === 'en') return `${formatDate(at)} ${time}`
  const [hour, minute] = time.split(':')
  return `${year}年${month}月${day}日${hour}时${minute}分`
}

export function draftReport(input: DraftInput, words: DraftWords, tongue: Locale): string {
  const zh = tongue === 'zh'
  const { incident, figures } = input
  const known = Object.values(figures).filter((one) => one.value !== null)
  const unknown = ASKED.filter((metric) => figures[metric]?.value == null).map(words.metric)
  const figureWords = known.map((one) =>
    zh ? `${words.metric(one.metric)}${one.value}${words.unit(one.metric, one.unit)}（${one.source}，${formatTime(one.observed_at)}）`
      : `${words.metric(one.metric)} ${one.value} ${words.unit(one.metric, one.unit)} (${one.source}, ${formatTime(one.observed_at)})`,
  )
  const active = input.responses.find((one) => one.state === 'active')
  const proposed = input.responses.find((one) => one.state === 'proposed')
  const issued = input.tasks.filter((one) => one.state !== 'cancelled')
  const departments = [...new Set(issued.map((one) => words.department(one.department)))]
  const moving = issued.filter((one) => one.progress).map((one) => `${words.department(one.department)}${zh ? '：' : ': '}${one.progress?.text ?? ''}`)
  const followUps = input.reports.filter((one) => one.form === 'follow_up' && one.channel === 'written').length
  const grade = incident.grade.decided?.grade ?? incident.grade.suggested?.grade
  const lines: string[] = []

  if (input.form === 'first') {
    lines.push(zh
      ? `${stamp(incident.occurred_at, tongue)}，${incident.place}发生${incident.title}（${incident.class_zh}）。`
      : `${incident.title} (${incident.class_en}) at ${incident.place}, ${stamp(incident.occurred_at, tongue)}.`)
    const story = (incident as Partial<Incident>).description
    if (story) lines.push(zh ? `基本情况：${story.replace(/[。.]$/, '')}。` : `Course: ${story}`)
  } else {
    const name = input.form === 'final' ? (zh ? '终报' : 'final report') : zh ? `续报${'一二三四五六七八九十'[followUps] ?? followUps + 1}` : `follow-up ${followUps + 1}`
    lines.push(zh ? `${incident.title}${name}。` : `${incident.title}: ${name}.`)
  }
  const until = stamp(input.now, tongue)
  if (figureWords.length) lines.push(zh ? `截至${until}，${figureWords.join('；')}。` : `As of ${until}: ${figureWords.join('; ')}.`)
  if (unknown.length) lines.push(zh ? `${unknown.join('、')}情况未知，正在核实。` : `Not yet known and being verified: ${unknown.join(', ')}.`)
  if (grade) {
    const decided = incident.grade.decided !== null
    lines.push(zh ? `事件${decided ? '核定' : '初判'}为${words.grade(grade)}。` : `Grade ${decided ? 'decided' : 'initially judged'}: ${words.grade(grade)}.`)
  }
  if (input.assessed) lines.push(input.assessed)
  if (active?.decided) lines.push(zh ? `已启动${active.plan_zh}${words.level(active.decided.level)}响应（${formatTime(active.decided.at)}）。` : `Response ${words.level(active.decided.level)} of the ${active.plan_en} activated at ${formatTime(active.decided.at)}.`)
  else if (proposed?.suggested) lines.push(zh ? `拟启动${words.level(proposed.suggested.level)}响应，待指挥长决定。` : `Response ${words.level(proposed.suggested.level)} proposed, to be decided by the commander.`)
  if (departments.length) lines.push(zh ? `已向${departments.join('、')}下达任务${issued.length}项。` : `${issued.length} orders issued to ${departments.join(', ')}.`)
  if (moving.length) lines.push(zh ? `处置进展：${moving.join('；')}。` : `Progress: ${moving.join('; ')}.`)
  if (input.form !== 'final') lines.push(zh ? '后续情况将及时续报。' : 'Further reports will follow.')
  return lines.join(zh ? '' : ' ')
}
