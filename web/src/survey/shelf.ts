/** The outbox on disk: IndexedDB of this browser. Entries come back in the order in which they were put. */
import type { Shelf, Waiting } from './outbox'

const [NAME, TABLE] = ['waixian-survey', 'outbox']

function database(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => {
      const table = asked.result.createObjectStore(TABLE, { keyPath: 'n', autoIncrement: true })
      table.createIndex('room', 'room')
      table.createIndex('client_id', 'client_id', { unique: true })
    }
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => failed(asked.error)
  })
}

const answered = <T>(asked: IDBRequest<T>): Promise<T> => new Promise((done, failed) => {
  asked.onsuccess = () => done(asked.result)
  asked.onerror = () => failed(asked.error)
})

/** Opens when first needed and stays open. */
export function diskShelf(): Shelf {
  const opened = database()
  const table = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => (await opened).transaction(TABLE, mode).objectStore(TABLE)
  return {
    all: async (room) => answered((await table('readonly')).index('room').getAll(room) as IDBRequest<Waiting[]>),
    put: async (one) => {
      const at = await table('readwrite')
      const n = await answered(at.index('client_id').getKey(one.client_id))
      await answered(at.put(n === undefined ? { ...one } : { ...one, n }))
    },
    take: async (client_id) => {
      const at = await table('readwrite')
      const n = await answered(at.index('client_id').getKey(client_id))
      if (n !== undefined) await answered(at.delete(n))
    },
  }
}
