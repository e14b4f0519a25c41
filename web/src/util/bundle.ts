/** One file to hand in from what was dropped: the parts of a shapefile are put into one zip, stored, not packed. */

const PARTS = /\.(shp|dbf|shx|prj|cpg|sbn|sbx|qix|qpj)$/i
const isPart = (file: File): boolean => PARTS.test(file.name)

/** The file itself, or a zip of a shapefile's parts; null when a .shp lacks its .dbf or .shx. */
export async function bundle(files: File[]): Promise<File | null> {
  if (!files.length) return null
  if (!files.some(isPart)) return files[0]!
  const shp = files.find((f) => /\.shp$/i.test(f.name))
  if (!shp) return null
  const stem = shp.name.slice(0, -4)
  const mine = files.filter((f) => isPart(f) && f.name.slice(0, stem.length).toLowerCase() === stem.toLowerCase())
  const has = (end: string): boolean => mine.some((f) => f.name.toLowerCase().endsWith(end))
  if (!has('.dbf') || !has('.shx')) return null
  const entries = await Promise.all(mine.map(async (f) => ({ name: f.name, data: new Uint8Array(await f.arrayBuffer()) })))
  return new File([zip(entries) as BlobPart], `${stem}.zip`, { type: 'application/zip' })
}

/** A zip with every entry stored and its name in UTF-8. */
export function zip(entries: { name: string; data: Uint8Array }[]): Uint8Array {
  const bodies: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, data } of entries) {
    const label = new TextEncoder().encode(name)
    const shared = sharedHeader(label, data)
    const local = join([u32(0x04034b50), shared, label, data])
    directory.push(join([u32(0x02014b50), u16(20), shared, new Uint8Array(10), u32(offset), label]))
    bodies.push(local)
    offset += local.length
  }
  const index = join(directory)
  const end = join([u32(0x06054b50), u16(0), u16(0), u16(entries.length), u16(entries.length), u32(index.length), u32(offset), u16(0)])
  return join([...bodies, index, end])
}

/** The 26 bytes that the local and the central header have in common. */
function sharedHeader(label: Uint8Array, data: Uint8Array): Uint8Array {
  const utf8 = 0x0800
  const midnight1980 = [u16(0), u16(0x21)]
  return join([u16(20), u16(utf8), u16(0), ...midnight1980, u32(crc32(data)), u32(data.length), u32(data.length), u16(label.length), u16(0)])
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

export function crc32(data: Uint8Array): number {
  let c = 0xffffffff
  for (const byte of data) c = TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

const u16 = (n: number): Uint8Array => new Uint8Array([n & 255, (n >>> 8) & 255])
const u32 = (n: number): Uint8Array => new Uint8Array([n & 255, (n >>> 8) & 255, (n >>> 16) & 255, (n >>> 24) & 255])

function join(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
