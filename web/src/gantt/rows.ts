/** Rows of the Gantt: each road, then its works; only those in sight are drawn. */

export const ROW_PX = 30
export const ROAD_PX = 28

/** What a row needs to know of a work. */
export interface RowWork {
  id: string
  /** Road on which it shares the most; null: off the road. */
  road: string | null
  dig: string | null
  /** Day on which it opens, or its window begins; null: not known. */
  first: number | null
}

export type Row =
  | { kind: 'road'; key: string; road: string | null; works: number; folded: boolean; top: number; height: number }
  | { kind: 'work'; key: string; id: string; road: string | null; top: number; height: number }

const LATE = Number.MAX_SAFE_INTEGER

/**
 * Roads by the first day on which something happens there (off the road last), in each road the works of one dig together,
 * then by day. The order must not depend on a bar that is being moved, or it would jump away from under the hand.
 */
export function rowsOf(works: readonly RowWork[], folded: ReadonlySet<string> = new Set()): Row[] {
  const roads = new Map<string | null, RowWork[]>()
  for (const work of works) roads.set(work.road, [...(roads.get(work.road) ?? []), work])
  const first = (some: readonly RowWork[]): number => Math.min(...some.map((w) => w.first ?? LATE))
  const order = [...roads].sort(([a, mine], [b, theirs]) => Number(a === null) - Number(b === null) || first(mine) - first(theirs) || (a ?? '').localeCompare(b ?? '', 'zh'))
  const out: Row[] = []
  let top = 0
  const put = (row: Row): void => { out.push(row); top += row.height }
  for (const [road, mine] of order) {
    const key = `road:${road ?? ''}`
    put({ kind: 'road', key, road, works: mine.length, folded: folded.has(key), top, height: ROAD_PX })
    if (folded.has(key)) continue
    for (const work of inRoad(mine)) put({ kind: 'work', key: work.id, id: work.id, road, top, height: ROW_PX })
  }
  return out
}

function inRoad(works: readonly RowWork[]): RowWork[] {
  const digs = new Map<string, number>()
  for (const w of works) if (w.dig) digs.set(w.dig, Math.min(digs.get(w.dig) ?? LATE, w.first ?? LATE))
  const start = (w: RowWork): number => (w.dig ? digs.get(w.dig)! : (w.first ?? LATE))
  return [...works].sort((a, b) => start(a) - start(b) || (a.dig ?? '~').localeCompare(b.dig ?? '~') || (a.first ?? LATE) - (b.first ?? LATE) || a.id.localeCompare(b.id))
}

export const heightOf = (rows: readonly Row[]): number => (rows.length ? rows[rows.length - 1]!.top + rows[rows.length - 1]!.height : 0)

/** The rows that meet the window from `top`, `height` pixels high. */
export function inSight(rows: readonly Row[], top: number, height: number): Row[] {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const mid = (low + high) >> 1
    if (rows[mid]!.top + rows[mid]!.height > top) high = mid
    else low = mid + 1
  }
  const out: Row[] = []
  for (let k = low; k < rows.length && rows[k]!.top < top + height; k++) out.push(rows[k]!)
  return out
}

/** The next work up (-1) or down (1) from `id`; null at the end. */
export function neighbour(rows: readonly Row[], id: string | null, by: number): string | null {
  const works = rows.filter((row) => row.kind === 'work')
  const now = works.findIndex((row) => row.kind === 'work' && row.id === id)
  const next = works[now < 0 ? (by > 0 ? 0 : works.length - 1) : now + by]
  return next?.kind === 'work' ? next.id : null
}
