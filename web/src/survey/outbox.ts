/** What a participant has said and the server has not yet kept. It outlives a lost line and a closed page, and nothing goes twice:
 * every entry has an id of its own that the server knows again. */
import type { Words } from '../api/types'
import type { Said } from './socket'

export interface Waiting {
  client_id: string
  /** Whose room: survey and person, so that two people on one phone do not speak for each other. */
  room: string
  kind: string
  detail: Record<string, unknown>
  device_at: string
  file: Blob | null
  /** What is said once the file is kept, with its number as `photo`: a point that is ticked by a photo. */
  then?: { kind: string; detail: Record<string, unknown> } | null
  state: 'waiting' | 'refused'
  why: Words | null
  /** Part of a file that is on its way, 0 to 1. */
  sent: number | null
}

export interface Shelf {
  all(room: string): Promise<Waiting[]>
  put(one: Waiting): Promise<void>
  take(client_id: string): Promise<void>
}

/** How an upload ended: kept, refused for good with the reason, or to be tried again. */
export type Uploaded = { kept: true; file?: number | null } | { kept: false; why: Words | null }
export type Upload = (one: Waiting, progress: (part: number) => void) => Promise<Uploaded>

/** The server takes 65,536 characters. */
export const MOST_CHARACTERS = 65_000
const TOO_LONG: Words = { zh: '内容过长，请缩短后再发', en: 'This is too long: make it shorter and send it again' }

export class Outbox {
  list: Waiting[] = []
  private readonly flying = new Set<string>()
  private uploading = false
  private readonly ready: Promise<void>

  constructor(
    readonly room: string,
    private readonly shelf: Shelf,
    private readonly say: (said: Said) => boolean,
    private readonly upload: Upload,
    private readonly changed: (list: Waiting[]) => void,
  ) {
    this.ready = this.read()
  }

  /** Puts something in and sends it as soon as it can be sent. It is on the shelf, where there is one, when the promise is kept. */
  async add(kind: string, detail: Record<string, unknown>, file: Blob | null = null, then: Waiting['then'] = null, now = new Date()): Promise<Waiting> {
    await this.ready
    const plain = JSON.parse(JSON.stringify(detail)) as Record<string, unknown> // a disk takes no watched values
    const one: Waiting = { client_id: crypto.randomUUID(), room: this.room, kind, detail: plain, device_at: now.toISOString(), file, then, state: 'waiting', why: null, sent: null }
    this.list = [...this.list, one]
    this.tell()
    await this.keep(one)
    this.flush()
    return one
  }

  /** A new line: what was said on the old one and not answered is said again. */
  connected(): void {
    this.flying.clear()
    this.flush()
  }

  /** Sends what waits, in its order; files one after another. */
  flush(): void {
    for (const one of this.list) {
      if (one.state !== 'waiting' || one.file || this.flying.has(one.client_id)) continue
      const { client_id, kind, detail, device_at } = one
      const said = { op: 'event', client_id, kind, detail, device_at }
      if (JSON.stringify(said).length > MOST_CHARACTERS) void this.refused(client_id, TOO_LONG)
      else if (this.say(said)) this.flying.add(client_id)
    }
    void this.uploadAll()
  }

  /** The server has it (`stored`, or `passed` on where it is not kept): only now does it leave. */
  async stored(client_id: string): Promise<void> {
    this.flying.delete(client_id)
    this.list = this.list.filter((one) => one.client_id !== client_id)
    this.tell()
    await this.shelf.take(client_id).catch(() => undefined)
  }

  /** It stays, with the reason, until somebody mends it or throws it away. */
  async refused(client_id: string, why: Words | null): Promise<void> {
    this.flying.delete(client_id)
    await this.change(client_id, { state: 'refused', why, sent: null })
  }

  /** Sends again what was refused, as it is now. */
  async again(client_id: string, detail?: Record<string, unknown>): Promise<void> {
    await this.change(client_id, { state: 'waiting', why: null, ...(detail ? { detail } : {}) })
    this.flush()
  }

  private async change(client_id: string, to: Partial<Waiting>): Promise<void> {
    this.list = this.list.map((one) => (one.client_id === client_id ? { ...one, ...to } : one))
    this.tell()
    const one = this.list.find((each) => each.client_id === client_id)
    if (one) await this.keep(one)
  }

  private async uploadAll(): Promise<void> {
    if (this.uploading) return
    this.uploading = true
    try {
      for (let one = this.nextFile(); one; one = this.nextFile()) {
        const { client_id } = one
        const answer = await this.upload(one, (part) => this.progress(client_id, part))
        // First what follows, then the file goes: should the page close between, the file is handed in again and kept once.
        if (answer.kept && one.then) await this.add(one.then.kind, { ...one.then.detail, photo: answer.file })
        if (answer.kept) await this.stored(client_id)
        else await this.refused(client_id, answer.why)
      }
    } catch { // the line failed: the file stays and goes when there is a line again
      for (const one of this.list) if (one.sent !== null) this.progress(one.client_id, null)
    } finally {
      this.uploading = false
    }
  }

  private readonly nextFile = (): Waiting | undefined => this.list.find((one) => one.file && one.state === 'waiting')

  private progress(client_id: string, sent: number | null): void {
    this.list = this.list.map((one) => (one.client_id === client_id ? { ...one, sent } : one))
    this.tell()
  }

  /** A browser that keeps nothing (a private window, a full disk) still sends from memory. */
  private async keep(one: Waiting): Promise<void> {
    await this.shelf.put(one).catch((error: unknown) => console.warn('outbox', error))
  }

  private async read(): Promise<void> {
    const kept = await this.shelf.all(this.room).catch(() => [])
    this.list = [...kept.map((one) => ({ ...one, sent: null })), ...this.list]
    this.tell()
    this.flush()
  }

  private tell(): void {
    this.changed(this.list)
  }
}
