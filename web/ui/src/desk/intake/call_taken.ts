/** What is said and shown once a call was taken: registered only when it is in the record. */
import { say } from '@/i18n'
import { toast } from '@/shell/toast'
import { sendCommand } from '@/wire/command'
import type { Desk } from '../desk'
import type { Taken } from './kept_calls'

export function showTaken(desk: Desk, stream: string, taken: Taken): void {
  if (taken.is !== 'registered') {
    toast(say(`desk.kept.told_${taken.is}`), { tone: 'kept' })
    return
  }
  toast(say('desk.bar.registered'), {
    undo: () => sendCommand('call.dismiss', stream, { call_id: taken.id, reason: say('desk.bar.undo_reason') }),
  })
  desk.select({ kind: 'call', id: taken.id })
}
