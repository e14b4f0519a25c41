/** Errors of the server (RFC 9457 problem documents) as one class with words for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly context: Record<string, unknown> = {},
  ) {
    super(detail || title)
    this.name = 'Problem'
  }
}

/** Status 0: the server was never reached. */
export const unreachable = (): Problem => new Problem(0, 'unreachable', '', '')

/** The problem in an answer's body; a body of another kind keeps only the status. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body !== 'object' || body === null) return new Problem(status, 'http', '', '')
  const said = body as Record<string, unknown>
  const text = (key: string): string => (typeof said[key] === 'string' ? (said[key] as string) : '')
  const context = typeof said.context === 'object' && said.context !== null ? (said.context as Record<string, unknown>) : {}
  return new Problem(status, text('code') || 'http', text('title'), text('detail'), context)
}
