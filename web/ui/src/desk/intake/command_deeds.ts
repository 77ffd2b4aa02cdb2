/** What the command bar does: the same commands as the buttons. Each answers whether it is done and the line may be cleared. */
import { say } from '@/i18n'
import { metricName } from '@/catalogue/catalogue'
import { pointToSend } from '@/places/place'
import { toast, toastProblem } from '@/shell/toast'
import { realmNow } from '@/time/clock'
import { get } from '@/wire/api'
import type { Act } from '../act'
import type { Desk } from '../desk'
import { showTaken } from './call_taken'
import type { Asked } from './command_line'
import type { KeptCalls } from './kept_calls'
import { placeWords } from './understanding'
import type { Understanding } from './understanding'

export interface CommandDeeds {
  register: (text: string, read: Understanding | null) => Promise<boolean>
  registerInto: (text: string, read: Understanding | null, incidentId: string, title: string) => Promise<boolean>
  enterFigure: (figure: { metric: string; value: number; source: string }) => Promise<boolean>
  carry: (what: Exclude<Asked, { do: 'call' } | { do: 'figure' }>) => Promise<boolean>
}

/** The data of `call.register` from a line and what was understood of it. */
export function callData(text: string, read: Understanding | null): Record<string, unknown> {
  const data: Record<string, unknown> = { text, source: read?.source || say('desk.bar.default_source') }
  if (!read) return data
  if (read.class_key) data.class_key = read.class_key
  const place = placeWords(read)
  if (place) data.place = place
  if (read.point) data.point = pointToSend(read.point)
  if (read.area_code) data.area_code = read.area_code
  if (read.caller_name) data.caller_name = read.caller_name
  if (read.caller_phone) data.caller_phone = read.caller_phone
  if (Object.keys(read.figures).length > 0) data.figures = read.figures
  return data
}

export function useCommandDeeds(desk: Desk, act: Act, kept: KeptCalls): CommandDeeds {
  async function register(text: string, read: Understanding | null): Promise<boolean> {
    const stream = desk.stream.value
    const taken = await act.attempt(() => kept.register(stream, callData(text, read), read?.occurred_at ?? null))
    if (taken) showTaken(desk, stream, taken)
    return taken !== null
  }

  async function registerInto(text: string, read: Understanding | null, incidentId: string, title: string): Promise<boolean> {
    const stream = desk.stream.value
    const taken = await act.attempt(() => kept.register(stream, callData(text, read), read?.occurred_at ?? null))
    if (!taken) return false
    if (taken.is !== 'registered') {
      showTaken(desk, stream, taken)
      toast(say('desk.kept.not_merged', { title }), { tone: 'kept' })
      return true
    }
    const attached = await act.send('incident.attach', `incident:${incidentId}`, { incident_id: incidentId, call_id: taken.id }, { done: say('desk.bar.merged', { title }) })
    if (attached) {
      desk.queueTab.value = 'incidents'
      desk.select({ kind: 'incident', id: incidentId })
    } else desk.select({ kind: 'call', id: taken.id })
    return true
  }

  function needIncident(): string | null {
    if (!desk.incidentId.value) toast(say('desk.bar.no_incident'), { tone: 'refused' })
    return desk.incidentId.value
  }

  async function enterFigure(figure: { metric: string; value: number; source: string }): Promise<boolean> {
    const id = needIncident()
    if (!id) return false
    const data = { incident_id: id, metric: figure.metric, value: figure.value, source: figure.source || say('desk.bar.figure_source'), observed_at: new Date(realmNow()).toISOString() }
    return (await act.send('incident.figure', `incident:${id}`, data, { done: say('desk.figures.done', { what: metricName(figure.metric), n: figure.value }) })) !== null
  }

  async function answerAlert(kind: 'alert.acknowledge' | 'alert.dismiss', words: string): Promise<boolean> {
    const alert = desk.selectedAlert.value
    if (!alert) {
      toast(say('desk.bar.no_alert'), { tone: 'refused' })
      return false
    }
    const data = kind === 'alert.dismiss' ? { alert_id: alert.id, reason: words } : { alert_id: alert.id, ...(words ? { note: words } : {}) }
    return (await act.send(kind, desk.stream.value, data, { done: say(kind === 'alert.dismiss' ? 'desk.alert.dismissed' : 'desk.alert.acknowledged') })) !== null
  }

  async function find(text: string): Promise<boolean> {
    try {
      const { places } = await get<{ places: { lon: number | null; lat: number | null }[] }>(`/api/places?q=${encodeURIComponent(text)}&limit=1`)
      const first = places[0]
      if (!first || first.lon === null || first.lat === null) {
        toast(say('desk.bar.not_found', { text }), { tone: 'refused' })
        return false
      }
      desk.look.value = { lon: first.lon, lat: first.lat, zoom: 11 }
      desk.part.value = 'map'
      return true
    } catch (thrown) {
      toastProblem(thrown)
      return false
    }
  }

  async function carry(what: Exclude<Asked, { do: 'call' } | { do: 'figure' }>): Promise<boolean> {
    switch (what.do) {
      case 'open':
        desk.sheet.value = {
          kind: 'open_incident', title: what.title,
          ...(desk.selection.value?.kind === 'alert' ? { alertId: desk.selection.value.id } : {}),
          ...(desk.selection.value?.kind === 'call' ? { callId: desk.selection.value.id } : {}),
        }
        desk.part.value = 'detail'
        return true
      case 'grade': {
        const id = needIncident()
        if (!id || !what.grade) return false
        const reason = what.reason || say('desk.bar.grade_reason')
        return (await act.send('incident.grade', `incident:${id}`, { incident_id: id, grade: what.grade, reason, expect: desk.head.value?.version }, { done: say('desk.grade.done', { grade: say(`words.grade.${what.grade}`) }) })) !== null
      }
      case 'note': {
        const id = needIncident()
        if (!id || !what.text) return false
        return (await act.send('incident.note', `incident:${id}`, { incident_id: id, text: what.text }, { done: say('desk.note.done') })) !== null
      }
      case 'instruct':
        desk.sheet.value = { kind: 'instruct', text: what.text }
        desk.part.value = 'detail'
        return true
      case 'report':
        if (!needIncident()) return false
        desk.tab.value = 'reports'
        desk.lead.value = { channel: what.channel }
        desk.part.value = 'detail'
        return true
      case 'close':
        if (!needIncident()) return false
        desk.sheet.value = { kind: 'close' }
        desk.part.value = 'detail'
        return true
      case 'acknowledge':
        return answerAlert('alert.acknowledge', what.note)
      case 'dismiss':
        return what.reason ? answerAlert('alert.dismiss', what.reason) : false
      case 'attach':
        if (desk.selection.value?.kind === 'incident') return false
        desk.attaching.value = true
        desk.part.value = 'detail'
        return true
      case 'find':
        return what.text ? find(what.text) : false
      default:
        return false
    }
  }

  return { register, registerInto, enterFigure, carry }
}
