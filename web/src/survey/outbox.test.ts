import { beforeEach, describe, expect, test, vi } from 'vitest'
import { reactive } from 'vue'
import { MOST_CHARACTERS, Outbox, type Shelf, type Upload, type Waiting } from './outbox'
import type { Said } from './socket'

/** A shelf as IndexedDB keeps it: entries of all rooms, in their order. */
class Box implements Shelf {
  kept: Waiting[] = []
  all = (room: string): Promise<Waiting[]> => Promise.resolve(this.kept.filter((one) => one.room === room))
  put = (one: Waiting): Promise<void> => {
    const at = this.kept.findIndex((each) => each.client_id === one.client_id)
    if (at < 0) this.kept.push(one)
    else this.kept[at] = one
    return Promise.resolve()
  }
  take = (client_id: string): Promise<void> => {
    this.kept = this.kept.filter((one) => one.client_id !== client_id)
    return Promise.resolve()
  }
}

let shelf: Box
let sent: Said[]
let online: boolean
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0))
const never: Upload = () => { throw new Error('no file was given') }
const box = (upload: Upload = never, room = '1.1'): Outbox =>
  new Outbox(room, shelf, (said) => { if (online) sent.push(said); return online }, upload, () => undefined)

beforeEach(() => {
  shelf = new Box()
  sent = []
  online = true
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})

describe('what waits to be sent', () => {
  test('is said once on a line, and once more on a new one until it is stored', async () => {
    const out = box()
    const { client_id } = await out.add('note', { text: '一' })
    out.flush()
    expect(sent).toHaveLength(1)
    out.connected()
    expect(sent.map((one) => one.client_id)).toEqual([client_id, client_id])
    await out.stored(client_id)
    out.connected()
    expect(sent).toHaveLength(2)
    expect([out.list, shelf.kept]).toEqual([[], []])
  })

  test('outlives the page, in its order, and is nobody else’s', async () => {
    online = false
    const before = box()
    for (const text of ['一', '二', '三']) await before.add('note', { text })
    expect(sent).toEqual([])
    online = true
    box(never, '1.2')
    box()
    await settle()
    expect(sent.map((one) => (one.detail as { text: string }).text)).toEqual(['一', '二', '三'])
  })

  test('stays with the reason where it is refused, and goes again when it was mended', async () => {
    const out = box()
    const { client_id } = await out.add('note', { text: '一' })
    await out.refused(client_id, { zh: '踏勘已结束', en: 'it has ended' })
    out.connected()
    expect(sent).toHaveLength(1)
    expect(shelf.kept[0]).toMatchObject({ state: 'refused', why: { zh: '踏勘已结束' } })
    await out.again(client_id, { text: '二' })
    expect(sent.at(-1)).toMatchObject({ client_id, detail: { text: '二' } })
  })

  test('is what it was when it was said, whatever watches it, and goes where nothing can be kept', async () => {
    shelf.put = (one) => Promise.resolve(void structuredClone(one))
    const line = reactive([[1, 2]])
    await box().add('drawing', { line })
    line.push([3, 4])
    const no = (): Promise<never> => Promise.reject(new Error('no disk'))
    Object.assign(shelf, { put: no, take: no, all: no })
    await box().add('note', { text: '一' })
    expect(sent.map((one) => one.detail)).toEqual([{ line: [[1, 2]] }, { text: '一' }])
  })

  test('that is longer than the server takes is refused here, one character less is sent', async () => {
    const out = box()
    const { client_id } = await out.add('note', { text: '' })
    const frame = JSON.stringify(sent[0]).length
    await out.stored(client_id)
    await out.add('note', { text: 'x'.repeat(MOST_CHARACTERS - frame) })
    await out.add('note', { text: 'x'.repeat(MOST_CHARACTERS - frame + 1) })
    expect(sent).toHaveLength(2)
    expect(out.list.map((one) => one.state)).toEqual(['waiting', 'refused'])
  })
})

describe('files', () => {
  const photo = new Blob(['photo'])

  test('go one after another and leave only when they are kept', async () => {
    const running: string[] = []
    let most = 0
    const out = box(async (one) => {
      running.push(one.client_id)
      most = Math.max(most, running.length)
      await settle()
      running.pop()
      return { kept: true }
    })
    await out.add('photo', {}, photo)
    await out.add('photo', {}, photo)
    for (let n = 0; n < 6; n++) await settle()
    expect([most, out.list, sent]).toEqual([1, [], []])
  })

  test('are followed by what was to be said of them, with their number', async () => {
    const out = box(() => Promise.resolve({ kept: true, file: 7 }))
    await out.add('photo', {}, photo, { kind: 'tick', detail: { item: 'manhole', done: true } })
    for (let n = 0; n < 6; n++) await settle()
    expect(sent.map(({ kind, detail }) => [kind, detail])).toEqual([['tick', { item: 'manhole', done: true, photo: 7 }]])
    expect(out.list.map((one) => one.kind)).toEqual(['tick'])
  })

  test('wait for the next line where the network fails, and keep the reason where they are refused', async () => {
    const answers = [() => Promise.reject(new Error('network')), () => Promise.resolve({ kept: false as const, why: '照片超过 25 MB' })]
    const out = box((_, progress) => { progress(0.5); return answers.shift()!() })
    await out.add('photo', {}, photo)
    await settle()
    expect(out.list[0]).toMatchObject({ state: 'waiting', sent: null })
    out.connected()
    await settle()
    expect(out.list[0]).toMatchObject({ state: 'refused', why: '照片超过 25 MB' })
  })
})
