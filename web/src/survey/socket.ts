/** The line to a live room: it comes back by itself, reads on from the last event that it saw, and says how it stands. */

export type LinkState = 'connecting' | 'open' | 'waiting' | 'removed' | 'signed_out' | 'closed'

/** What of a WebSocket is used. */
export interface Wire {
  onopen: (() => void) | null
  onmessage: ((event: { data: string }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  send(text: string): void
  close(): void
}

export type Said = { op: string } & Record<string, unknown>

const [FIRST_MS, MOST_MS] = [500, 15_000]
/** The server's heart beats every 15 s: a line that is silent for longer than two beats and a bit is dead. */
export const SILENT_MS = 35_000
const ENDS: Record<number, LinkState> = { 4403: 'removed', 4401: 'signed_out' }

/** How long to wait before the next try: doubled each time, with chance so that a room does not come back all at once. */
export const backoff_ms = (tries: number, chance = Math.random()): number => Math.min(MOST_MS, FIRST_MS * 2 ** tries) * (0.5 + chance / 2)

export class Link {
  /** Number of the newest event that arrived. */
  after = 0
  private wire: Wire | null = null
  private tries = 0
  private again: ReturnType<typeof setTimeout> | null = null
  private silence: ReturnType<typeof setTimeout> | null = null
  private now: LinkState = 'closed'

  constructor(
    private readonly open: (after: number) => Wire,
    private readonly told: { state: (state: LinkState) => void; said: (said: Said) => void },
  ) {}

  get state(): LinkState {
    return this.now
  }

  start(): void {
    this.clear()
    this.become('connecting')
    const wire = (this.wire = this.open(this.after))
    this.listen()
    wire.onopen = () => {
      if (wire !== this.wire) return
      this.tries = 0
      this.listen()
      this.become('open')
    }
    wire.onmessage = ({ data }) => {
      if (wire === this.wire) this.hear(data)
    }
    wire.onclose = ({ code }) => {
      if (wire === this.wire) this.lost(ENDS[code])
    }
  }

  /** Sends, and says whether there was a line to send on. */
  say(message: Said): boolean {
    if (this.now !== 'open') return false
    this.wire!.send(JSON.stringify(message))
    return true
  }

  /** The network is back: no need to wait for the next try. */
  hurry(): void {
    if (this.now === 'waiting') this.start()
  }

  /** The network is gone: what is sent now would not arrive. */
  drop(): void {
    if (this.now === 'open' || this.now === 'connecting') this.lost()
  }

  stop(state: LinkState = 'closed'): void {
    this.clear()
    this.become(state)
  }

  private hear(text: string): void {
    this.listen()
    const came = JSON.parse(text) as Said
    for (const said of came.op === 'batch' ? (came.items as Said[]) : [came]) this.take(said)
  }

  private take(said: Said): void {
    if (said.op === 'event') {
      const seq = said.seq as number
      if (seq <= this.after) return // told twice, shown once
      this.after = seq
    }
    this.told.said(said)
  }

  private lost(end?: LinkState): void {
    this.clear()
    if (end) return this.become(end)
    this.become('waiting')
    if (this.now === 'waiting') this.again = setTimeout(() => this.start(), backoff_ms(this.tries++)) // who was told may have ended it
  }

  private listen(): void {
    if (this.silence) clearTimeout(this.silence)
    this.silence = setTimeout(() => this.lost(), SILENT_MS)
  }

  private clear(): void {
    for (const timer of [this.again, this.silence]) if (timer) clearTimeout(timer)
    this.again = this.silence = null
    const wire = this.wire
    this.wire = null
    wire?.close()
  }

  private become(state: LinkState): void {
    if (state === this.now) return
    this.now = state
    this.told.state(state)
  }
}
