/** What pages that are shown may follow: plays as they happen, plays as they are in history, imports, and what people and rules change. */
export type Topic =
  | 'plays'
  | 'history'
  | 'imports'
  | 'any change'
  | 'account'
  | 'api-token'
  | 'ban'
  | 'config'
  | 'destination'
  | 'download'
  | 'edge'
  | 'feedback'
  | 'finding'
  | 'health'
  | 'limit'
  | 'media-server'
  | 'notification'
  | 'person'
  | 'rule'
  | 'sharing'
  | 'sign-in'
  | 'source'
  | 'surge'
  | 'user'

/** What the stream of events carries, as far as pages look at it. */
export interface LiveEvent {
  readonly event: Kind
  /** What was changed. */
  readonly what?: string
}

/** The events pages look at. */
export const KINDS = [
  'session.opened',
  'session.ended',
  'session.refused',
  'ban.set',
  'history.written',
  'import.progress',
  'changed',
  'reset',
] as const
export type Kind = (typeof KINDS)[number]

/** Whether an event is about one of some topics. */
export const isAbout = ({ event, what }: LiveEvent, topics: ReadonlySet<string>): boolean => {
  if (event === 'reset') return true
  if (event === 'history.written') return topics.has('history')
  if (event === 'import.progress') return topics.has('imports')
  if (event === 'changed') return topics.has('any change') || topics.has(what ?? '')
  return topics.has('plays')
}
