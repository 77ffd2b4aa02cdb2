/** Files that go with a report from the desk: uploaded piece by piece as from a phone, then named by hash. */
import { currentLocale } from '@/i18n/locale'
import { carrierOver } from '@/outbox/http_carrier'
import { sha256 } from '@/outbox/sha256'
import { madeSmall } from '@/field/photo'
import { networkProblem, Problem } from '@/wire/api'

const MOST_SILENCES = 4

/** Uploads a file and gives its hash; `told` hears the share that has arrived, 0–1. Throws Problem. */
export async function uploadFile(file: File, told: (share: number) => void): Promise<string> {
  const photo = file.type.startsWith('image/')
  const content = photo ? await madeSmall(file).catch(() => file) : file
  const held = { hash: await sha256(content), name: file.name, mediaType: content.type, size: content.size, received: 0 }
  const carrier = carrierOver(currentLocale)
  let silences = 0
  for (;;) {
    const answer = await carrier.upload(held, content)
    if (answer.is === 'holds') {
      silences = 0
      told(answer.received / content.size)
      if (answer.received >= content.size) return held.hash
    } else if (answer.is === 'refused') {
      throw new Problem({ status: 422, title: '', ...answer.refusal })
    } else if (answer.is === 'signed_out') {
      throw new Problem({ status: 401, code: 'signed_out', title: '', detail: '' })
    } else {
      silences += 1
      if (silences >= MOST_SILENCES) throw networkProblem()
      await new Promise((resolve) => setTimeout(resolve, 500 * silences))
    }
  }
}
