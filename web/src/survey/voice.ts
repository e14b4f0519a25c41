/** A voice note: recorded while its holder wants, then handed in like a photo. */
import { ref } from 'vue'
import { here } from './position'
import { tell } from './room'

export const recording = ref(false)
export const noVoice = ref(false)
const MOST_MS = 120_000
let recorder: MediaRecorder | null = null

export async function speakNote(): Promise<void> {
  if (recorder) return recorder.stop()
  noVoice.value = false
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    const parts: Blob[] = []
    recorder = new MediaRecorder(stream)
    recorder.ondataavailable = ({ data }) => { if (data.size) parts.push(data) }
    recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop())
      const type = recorder?.mimeType.split(';')[0] ?? 'audio/webm'
      recorder = null
      recording.value = false
      if (parts.length) void tell('voice', placed(), new Blob(parts, { type }))
    }
    recorder.start()
    recording.value = true
    const mine = recorder
    setTimeout(() => { if (recorder === mine) mine.stop() }, MOST_MS)
  } catch {
    noVoice.value = true
    recording.value = false
    recorder = null
  }
}

/** Where the phone is, for what is recorded there. */
export const placed = (): Record<string, unknown> =>
  here.value ? { at: here.value.at, accuracy_m: Number(here.value.accuracy_m.toFixed(1)), ...(here.value.heading === null || Number.isNaN(here.value.heading) ? {} : { heading: here.value.heading }) } : {}
