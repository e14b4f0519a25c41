/** What the Gantt draws of a work. Day numbers, both ends included. */
import type { Span } from './drag'

export interface GanttClosure extends Span {
  name: string
}

export interface GanttWork {
  id: string
  party: string
  utility: string | null
  /** Paving and road projects are drawn as what they are: no digs. */
  paves: boolean
  /** Null: no day of it is known. */
  window: Span | null
  /** Days that its party lets it be moved beyond the window. */
  shift: number
  /** Day of the last owed permit. */
  ready: number | null
  firm: boolean
  /** As it is now; null: it has no place. */
  span: Span | null
  /** Where it stands while it is moved; null: it is not being moved. */
  from: Span | null
  open_days: number | null
  closures: GanttClosure[]
  /** The joint opening that it belongs to. */
  dig: (Span & { key: string; name: string }) | null
  bad: boolean
  movable: boolean
}
