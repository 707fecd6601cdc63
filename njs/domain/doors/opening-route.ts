/** The internal locations `/_gatehouse/<route>` that serve an opening. */
export const OPENING_ROUTES = [
  /** Answered by the edge itself. */
  'refuse',
  'cors-preflight',
  'method-not-allowed',
  /** HEAD: the headers of a GET's answer, without opening a session. */
  'answer-head',
  /** The same player has opened this address a moment ago: a 302 to the same pass. */
  'reopen',
  /** Control decides, and answers with a 302 to a pass. */
  'ask-control-to-open',
  /** Inferred session, without redirect: checked as a session under a pass is. */
  'manifest-by-ticket',
  'segment-by-ticket',
  'stream-by-ticket',
  /** The edge knows too little yet: the opening waits, and is judged again. */
  'wait-1',
  'wait-2',
  'wait-3',
] as const

export type OpeningRoute = (typeof OPENING_ROUTES)[number]
