/**
 * Runs one task at a time and keeps only the newest that waits.
 *
 * While a line is drawn every movement asks for a verdict. A plain delay would answer late; asking each time
 * would flood the server. Here the newest question starts as soon as the one on its way has come back, and an
 * answer that took longer than `patience_ms` while a newer question waits is cut off.
 */
export class Latest<In, Out> {
  private running: AbortController | null = null
  private waiting: { input: In } | null = null
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly task: (input: In, signal: AbortSignal) => Promise<Out>,
    private readonly done: (output: Out, input: In) => void,
    private readonly failed: (error: unknown, input: In) => void,
    private readonly patience_ms = 2000,
  ) {}

  ask(input: In): void {
    if (!this.running) {
      void this.start(input)
      return
    }
    this.waiting = { input }
    this.timer ??= setTimeout(() => this.running?.abort(), this.patience_ms)
  }

  /** Drops what runs and what waits; nothing of it is reported. */
  stop(): void {
    this.waiting = null
    this.clear()
    this.running?.abort()
    this.running = null
  }

  private clear(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
  }

  private async start(input: In): Promise<void> {
    const control = new AbortController()
    this.running = control
    try {
      const output = await this.task(input, control.signal)
      if (this.running === control && !control.signal.aborted) this.done(output, input)
    } catch (error) {
      if (this.running === control && !control.signal.aborted) this.failed(error, input)
    }
    if (this.running !== control) return
    this.running = null
    this.clear()
    const next = this.waiting
    this.waiting = null
    if (next) void this.start(next.input)
  }
}
