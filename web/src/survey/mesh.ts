/** Video between the participants: each is joined to each, and the room's line carries what they must say to find one another.
 * Who has the greater number gives way where two begin at once (the negotiation that the standard calls perfect). */

export const MOST_JOINED = 8

export interface Peer {
  id: number
  stream: MediaStream | null
  state: RTCPeerConnectionState
}

type Data = Record<string, unknown>
interface Line {
  pc: RTCPeerConnection
  making: boolean
  ignoring: boolean
  stream: MediaStream | null
  again: boolean
}

export class Mesh {
  private readonly lines = new Map<number, Line>()

  constructor(
    readonly me: number,
    private readonly own: MediaStream,
    private readonly ice: () => RTCConfiguration,
    private readonly say: (to: number, data: Data) => void,
    private readonly changed: (peers: Peer[]) => void,
  ) {}

  /** Tells the others that one is here; whoever is here too answers. */
  announce(others: readonly number[]): void {
    for (const one of others) if (one !== this.me) this.say(one, { here: true })
  }

  async hear(from: number, data: Data): Promise<void> {
    if (data.bye) return this.drop(from)
    const known = this.lines.get(from)
    if (!known && this.lines.size >= MOST_JOINED - 1) return this.say(from, { full: true })
    if (data.here && known) this.drop(from) // they came back: the old line leads nowhere
    const line = this.lines.get(from) ?? this.line(from)
    if (data.here) return
    const { description, candidate } = data as { description?: RTCSessionDescriptionInit; candidate?: RTCIceCandidateInit }
    try {
      if (description) await this.described(from, line, description)
      else if (candidate) await line.pc.addIceCandidate(candidate).catch((error: unknown) => { if (!line.ignoring) throw error })
    } catch {
      this.drop(from) // what cannot be understood joins nobody; the rest goes on
    }
  }

  /** Puts another picture in the place of the camera's: the screen, or the camera again. */
  async show(track: MediaStreamTrack | null): Promise<void> {
    for (const { pc } of this.lines.values()) {
      const sender = pc.getTransceivers().find((one) => one.receiver.track.kind === 'video')?.sender
      await sender?.replaceTrack(track)
    }
  }

  leave(): void {
    for (const id of [...this.lines.keys()]) {
      this.say(id, { bye: true })
      this.drop(id)
    }
  }

  private async described(from: number, line: Line, description: RTCSessionDescriptionInit): Promise<void> {
    const clash = description.type === 'offer' && (line.making || line.pc.signalingState !== 'stable')
    line.ignoring = clash && this.me < from
    if (line.ignoring) return
    await line.pc.setRemoteDescription(description)
    if (description.type !== 'offer') return
    await line.pc.setLocalDescription()
    this.say(from, { description: line.pc.localDescription!.toJSON() })
  }

  private line(to: number): Line {
    const pc = new RTCPeerConnection(this.ice())
    const line: Line = { pc, making: false, ignoring: false, stream: null, again: false }
    this.lines.set(to, line)
    pc.onnegotiationneeded = () => void this.offer(to, line)
    pc.onicecandidate = ({ candidate }) => { if (candidate) this.say(to, { candidate: candidate.toJSON() }) }
    pc.ontrack = ({ streams, track }) => {
      line.stream = streams[0] ?? new MediaStream([...(line.stream?.getTracks() ?? []), track])
      this.tell()
    }
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed' && !line.again) {
        line.again = true
        pc.setConfiguration(this.ice()) // a credential of the first try may have ended
        pc.restartIce()
      }
      this.tell()
    }
    for (const kind of ['audio', 'video'] as const) {
      const track = this.own.getTracks().find((one) => one.kind === kind)
      if (track) pc.addTrack(track, this.own)
      else pc.addTransceiver(kind, { direction: kind === 'video' ? 'sendrecv' : 'recvonly', streams: [this.own] })
    }
    this.tell()
    return line
  }

  private async offer(to: number, line: Line): Promise<void> {
    line.making = true
    try {
      await line.pc.setLocalDescription()
      this.say(to, { description: line.pc.localDescription!.toJSON() })
    } catch {
      this.tell() // closed meanwhile
    } finally {
      line.making = false
    }
  }

  private drop(id: number): void {
    this.lines.get(id)?.pc.close()
    this.lines.delete(id)
    this.tell()
  }

  private tell(): void {
    this.changed([...this.lines].map(([id, { pc, stream }]) => ({ id, stream, state: pc.connectionState })))
  }
}
