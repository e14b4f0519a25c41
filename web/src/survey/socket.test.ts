import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { backoff_ms, Link, SILENT_MS, type LinkState, type Said, type Wire } from './socket'

class Fake implements Wire {
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  sent: string[] = []
  closed = false
  constructor(readonly after: number) {}
  send(text: string): void { this.sent.push(text) }
  close(): void { this.closed = true }
  hear(said: Said): void { this.onmessage?.({ data: JSON.stringify(said) }) }
}

let wires: Fake[]
let states: LinkState[]
let said: Said[]
let link: Link
const last = (): Fake => wires.at(-1)!

beforeEach(() => {
  vi.useFakeTimers()
  wires = []
  states = []
  said = []
  link = new Link((after) => { wires.push(new Fake(after)); return last() }, { state: (state) => states.push(state), said: (one) => said.push(one) })
  link.start()
})
afterEach(() => { link.stop(); vi.useRealTimers() })

describe('the line to a room', () => {
  test('reads on from the last event after it was lost, and shows nothing twice', () => {
    last().onopen!()
    last().hear({ op: 'event', seq: 1 })
    last().hear({ op: 'event', seq: 2 })
    last().onclose!({ code: 1006 })
    expect(link.state).toBe('waiting')
    vi.advanceTimersByTime(500)
    expect(wires.map((one) => one.after)).toEqual([0, 2])
    last().onopen!()
    last().hear({ op: 'event', seq: 2 })
    last().hear({ op: 'event', seq: 3 })
    expect(said.map((one) => one.seq)).toEqual([1, 2, 3])
    expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  })

  test('tries again ever more slowly, at most every 15 s, and at once where the network is back', () => {
    expect([backoff_ms(0, 0), backoff_ms(0, 1), backoff_ms(3, 1), backoff_ms(40, 1)]).toEqual([250, 500, 4000, 15000])
    for (let n = 0; n < 12; n++) {
      last().onclose!({ code: 1006 })
      vi.advanceTimersByTime(15_000)
    }
    expect(wires).toHaveLength(13)
    last().onclose!({ code: 1006 })
    link.hurry()
    expect(wires).toHaveLength(14)
  })

  test.each([[4403, 'removed'], [4401, 'signed_out']] as const)('code %i ends it for good', (code, state) => {
    last().onopen!()
    last().onclose!({ code })
    vi.advanceTimersByTime(60_000)
    link.hurry()
    expect(link.state).toBe(state)
    expect(wires).toHaveLength(1)
  })

  test('a line that says nothing any more is dead; a beat keeps it', () => {
    last().onopen!()
    vi.advanceTimersByTime(SILENT_MS - 1)
    last().hear({ op: 'beat' })
    vi.advanceTimersByTime(SILENT_MS - 1)
    expect(link.state).toBe('open')
    vi.advanceTimersByTime(1)
    expect(link.state).toBe('waiting')
    expect(wires[0]!.closed).toBe(true)
  })

  test('what comes as a batch is heard one by one, in its order', () => {
    last().onopen!()
    last().hear({ op: 'batch', items: [{ op: 'pointer', participant: 1 }, { op: 'presence', here: [1, 2] }] })
    expect(said.map((one) => one.op)).toEqual(['pointer', 'presence'])
  })

  test('nothing is said on a line that is not open, and an old line is not heard', () => {
    expect(link.say({ op: 'pointer' })).toBe(false)
    last().onopen!()
    expect(link.say({ op: 'pointer' })).toBe(true)
    const old = last()
    link.drop()
    expect(link.say({ op: 'pointer' })).toBe(false)
    old.hear({ op: 'event', seq: 9 })
    expect(link.after).toBe(0)
    expect(old.sent).toEqual(['{"op":"pointer"}'])
  })
})
