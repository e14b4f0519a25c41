/** The scale of the length ruler. Pure: metres in, fractions of the width out. */

export interface RulerInput {
  length_m: number
  limit_m: number | null
  sum_m: number | null
  accuracy_m: number | null
}

export interface Ruler {
  end_m: number
  step_m: number
  ticks: number[]
  length: number
  limit: number | null
  sum: number | null
  whisker: { from: number; to: number } | null
  over: boolean
  atLimit: boolean
  /** Limit minus what counts (the sum, where there is one); null without a limit. */
  margin_m: number | null
}

const NICE = [1, 2, 2.5, 5, 10]

/** From 0 to beyond the limit and beyond whatever is measured, with four to eight round ticks. */
export function ruler(input: RulerInput): Ruler {
  const counted = Math.max(input.length_m, input.sum_m ?? 0)
  const reach = Math.max(counted + (input.accuracy_m ?? 0), input.limit_m ?? 0, 1)
  const step_m = niceStep((reach * 1.12) / 6)
  const end_m = Math.ceil((reach * 1.12) / step_m - 1e-9) * step_m
  const at = (m: number): number => Math.min(1, Math.max(0, m / end_m))
  const limit_m = input.limit_m
  const near = input.accuracy_m ?? 0
  return {
    end_m, step_m,
    ticks: Array.from({ length: Math.round(end_m / step_m) + 1 }, (_, i) => round(i * step_m)),
    length: at(input.length_m),
    limit: limit_m === null ? null : at(limit_m),
    sum: input.sum_m !== null && input.sum_m - input.length_m > 0.0005 ? at(input.sum_m) : null,
    whisker: input.accuracy_m ? { from: at(counted - input.accuracy_m), to: at(counted + input.accuracy_m) } : null,
    over: limit_m !== null && counted > limit_m,
    atLimit: limit_m !== null && near > 0 && Math.abs(counted - limit_m) <= near,
    margin_m: limit_m === null ? null : limit_m - counted,
  }
}

export function niceStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return round(NICE.find((n) => n * power >= wanted - 1e-12)! * power)
}

const round = (value: number): number => Number(value.toPrecision(12))
