/** One history of values: what was, what is, what was taken back. */
export class History<T> {
  private past: T[] = []
  private future: T[] = []

  constructor(private now: T, private readonly most = 500) {}

  get value(): T {
    return this.now
  }

  get canUndo(): boolean {
    return this.past.length > 0
  }

  get canRedo(): boolean {
    return this.future.length > 0
  }

  /** A new value; what was taken back is forgotten. */
  push(next: T): void {
    this.past.push(this.now)
    if (this.past.length > this.most) this.past.shift()
    this.future = []
    this.now = next
  }

  /** A value in place of the present one, as if it had been so from the start. */
  replace(now: T): void {
    this.now = now
  }

  undo(): T {
    const before = this.past.pop()
    if (before === undefined) return this.now
    this.future.push(this.now)
    return (this.now = before)
  }

  redo(): T {
    const next = this.future.pop()
    if (next === undefined) return this.now
    this.past.push(this.now)
    return (this.now = next)
  }

  clear(now: T): void {
    this.past = []
    this.future = []
    this.now = now
  }
}
