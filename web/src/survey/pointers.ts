/** Pointers of the others: sent ten times a second at most, and moved smoothly between what arrives. */
export type At = [lon: number, lat: number]

export const EVERY_MS = 100
/** A pointer moves to its new place in a little more than the time between two of them. */
const GLIDE_MS = 120
/** A hand that has not moved for so long is no longer shown. */
export const GONE_MS = 6_000

interface Glide {
  from: At
  to: At
  since: number
}

export class Pointers {
  private readonly all = new Map<number, Glide>()

  move(participant: number, to: At, now: number): void {
    this.all.set(participant, { from: this.at(participant, now) ?? to, to, since: now })
  }

  /** Where the pointer is drawn now; null where there is none any more. */
  at(participant: number, now: number): At | null {
    const one = this.all.get(participant)
    if (!one) return null
    if (now - one.since > GONE_MS) {
      this.all.delete(participant)
      return null
    }
    const part = Math.min(1, Math.max(0, (now - one.since) / GLIDE_MS))
    return [one.from[0] + (one.to[0] - one.from[0]) * part, one.from[1] + (one.to[1] - one.from[1]) * part]
  }

  /** Is anything still on its way? */
  moving(now: number): boolean {
    return [...this.all.values()].some((one) => now - one.since < GLIDE_MS)
  }

  leave(participant: number): void {
    this.all.delete(participant)
  }

  who(): number[] {
    return [...this.all.keys()]
  }
}

/** Lets one call through each `every_ms`; of those between, the last comes when the time is over. */
export function paced<T>(say: (value: T) => void, every_ms: number): (value: T) => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  let next: { value: T } | null = null
  const tick = (): void => {
    timer = null
    if (!next) return
    const { value } = next
    next = null
    timer = setTimeout(tick, every_ms)
    say(value)
  }
  return (value) => {
    next = { value }
    if (timer === null) tick()
  }
}
