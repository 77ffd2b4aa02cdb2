/** A voice note: recorded while the crew holds on, at most two minutes, in whatever form the phone can record. */
import { computed, onScopeDispose, shallowRef, type Ref } from 'vue'

const FORMS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'] as const
const LONGEST_MS = 120_000
const BITS_PER_SECOND = 24_000

export interface Recording {
  readonly blob: Blob
  readonly mediaType: string
  readonly seconds: number
}

export type VoiceState = 'ready' | 'asking' | 'recording' | 'refused' | 'impossible'

export interface Voice {
  readonly state: Ref<VoiceState>
  readonly seconds: Ref<number>
  start(): Promise<void>
  /** Ends the recording; null when there was none. */
  stop(): Promise<Recording | null>
  discard(): void
}

export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && (navigator.mediaDevices as MediaDevices | undefined) !== undefined
}

export function useVoice(): Voice {
  const state = shallowRef<VoiceState>(canRecord() ? 'ready' : 'impossible')
  const begun = shallowRef(0)
  const now = shallowRef(0)
  let recorder: MediaRecorder | null = null
  let pieces: Blob[] = []
  let ticking: ReturnType<typeof setInterval> | undefined

  function release(): void {
    clearInterval(ticking)
    recorder?.stream.getTracks().forEach((track) => {
      track.stop()
    })
    recorder = null
    if (state.value === 'recording') state.value = 'ready'
  }

  async function start(): Promise<void> {
    if (state.value !== 'ready' && state.value !== 'refused') return
    state.value = 'asking'
    let stream: MediaStream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
    } catch {
      state.value = 'refused'
      return
    }
    const mimeType = FORMS.find((form) => MediaRecorder.isTypeSupported(form))
    recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(mimeType === undefined ? {} : { mimeType }),
    })
    pieces = []
    recorder.ondataavailable = (event) => pieces.push(event.data)
    recorder.start(1_000)
    begun.value = now.value = Date.now()
    state.value = 'recording'
    ticking = setInterval(() => {
      now.value = Date.now()
      if (now.value - begun.value >= LONGEST_MS && recorder?.state === 'recording') recorder.stop()
    }, 250)
  }

  async function stop(): Promise<Recording | null> {
    const running = recorder
    if (running === null) return null
    if (running.state !== 'inactive') {
      await new Promise<void>((resolve) => {
        running.onstop = () => {
          resolve()
        }
        running.stop()
      })
    }
    const mediaType = running.mimeType.split(';')[0] ?? 'audio/webm'
    const seconds = Math.max(1, Math.round((now.value - begun.value) / 1_000))
    const blob = new Blob(pieces, { type: mediaType })
    release()
    return blob.size === 0 ? null : { blob, mediaType, seconds }
  }

  onScopeDispose(release)
  return { state, seconds: computed(() => Math.floor((now.value - begun.value) / 1_000)), start, stop, discard: release }
}
