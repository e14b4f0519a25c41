/** Taking part in the video: camera, screen, and whether one is heard. */
import { ref, shallowRef } from 'vue'
import { survey } from '../state/survey'
import { Mesh, type Peer } from './mesh'
import { ice, me, onSignals, signal } from './room'

export type Trouble = 'insecure' | 'denied' | 'nocamera' | 'full'
export const joined = ref(false)
export const peers = shallowRef<Peer[]>([])
export const own = shallowRef<MediaStream | null>(null)
export const muted = ref(false)
export const screen = ref(false)
export const trouble = ref<Trouble | null>(null)
/** Who is in the video and calls. */
export const calling = ref<number | null>(null)
let mesh: Mesh | null = null
let picture: MediaStream | null = null

/** Listens for those who are in the video already. */
export function listenForVideo(): void {
  onSignals((from, data) => {
    if (data.full) trouble.value = 'full'
    else if (mesh) void mesh.hear(from, data)
    else if (data.here) calling.value = from
    else if (data.bye && calling.value === from) calling.value = null
  })
}

/** Comes in with camera and microphone where there are some, and else looks on. */
export async function join(): Promise<void> {
  if (joined.value || me.value === null) return
  trouble.value = null
  own.value = await devices()
  mesh = new Mesh(me.value, own.value, ways, signal, (list) => { peers.value = list })
  joined.value = true
  calling.value = null
  mesh.announce((survey.value?.participants ?? []).filter((one) => !one.removed_at).map((one) => one.id))
}

const ways = (): RTCConfiguration => ({ iceServers: ice.value.servers, iceTransportPolicy: ice.value.relay_only ? 'relay' : 'all' })

async function devices(): Promise<MediaStream> {
  if (!navigator.mediaDevices) {
    trouble.value = 'insecure'
    return new MediaStream()
  }
  const camera = { width: { ideal: 1280 }, facingMode: { ideal: 'environment' } }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: camera })
  } catch (error) {
    trouble.value = error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'nocamera'
    return new MediaStream()
  }
}

export function leaveVideo(): void {
  mesh?.leave()
  mesh = null
  for (const one of [own.value, picture]) one?.getTracks().forEach((track) => track.stop())
  own.value = picture = null
  peers.value = []
  joined.value = muted.value = screen.value = false
}

export function mute(): void {
  muted.value = !muted.value
  own.value?.getAudioTracks().forEach((track) => { track.enabled = !muted.value })
}

/** Shows the screen in the place of the camera, or the camera again. */
export async function shareScreen(): Promise<void> {
  if (screen.value) return endScreen()
  try {
    picture = await navigator.mediaDevices.getDisplayMedia({ video: true })
  } catch {
    return // they thought better of it
  }
  const [track] = picture.getVideoTracks()
  track!.onended = () => void endScreen()
  screen.value = true
  await mesh?.show(track!)
}

async function endScreen(): Promise<void> {
  picture?.getTracks().forEach((track) => track.stop())
  picture = null
  screen.value = false
  await mesh?.show(own.value?.getVideoTracks()[0] ?? null)
}
