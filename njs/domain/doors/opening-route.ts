/** Where an opening goes on: the internal location `/_gatehouse/<route>`. */
export const OPENING_ROUTES = [
  /** Answers of the edge itself. */
  'refuse',
  'cors-preflight',
  'method-not-allowed',
  /** HEAD: what a GET would lead to, without an opening. */
  'answer-head',
  /** Asked a moment ago by the same player: a 302 to the pass it was given. */
  'reopen',
  /** Control judges, and answers with a 302 to a pass. */
  'ask-control-to-open',
  /** The ticket itself plays: its session is judged as one under a pass is. */
  'manifest-by-ticket',
  'segment-by-ticket',
  'stream-by-ticket',
] as const

export type OpeningRoute = (typeof OPENING_ROUTES)[number]
