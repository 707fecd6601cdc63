import type { RuleStep } from '../detect/rules/rule-types.ts'
import type { Outcome } from '../notify/model/outcome.ts'
import type { LiveSession } from '../sessions/model/live-session.ts'
import type { MediaHub } from '../sources/hub/hub.ts'
import type { EndAnswer } from '../sources/model/play-source.ts'
import type { Json } from '../store/tables/records.ts'

/** What a responder needs of the media servers. */
export type MediaPowers = Pick<MediaHub, 'sessionsOf' | 'end' | 'message' | 'signOut'>

/** The action taken, for the audit log. */
export interface Deed {
  readonly outcome: Outcome
  readonly details: Readonly<Record<string, Json>>
  /** Session ids of the streams it ended. */
  readonly ended?: readonly string[]
  /** Settles with the final result of an action whose effect is awaited; left out where there is nothing to await. */
  readonly later?: Promise<Deed>
}

/** An action that changed nothing. */
export const nothing = (outcome: Outcome): Deed => ({ outcome, details: {} })

/** Rules wait no longer for a stream to end; a later confirmation is recorded when it comes. */
const PATIENCE_MS = 1500

/** Whether a session plays at a media server. */
export const isMedia = ({ source }: LiveSession): boolean => source !== undefined

type Results = readonly { readonly session: LiveSession; readonly answer: EndAnswer }[]

/** One result of several: what was done, else what was asked, else why nothing was. */
const deedOf = (results: Results): Deed => {
  const of = (state: EndAnswer['state']): string[] =>
    results.filter(({ answer }) => answer.state === state).map(({ session }) => session.sid)
  const [ended, asked] = [of('confirmed'), of('asked')]
  const refusals = results.flatMap(({ answer }) => (answer.state === 'refused' ? [answer] : []))
  const details = { ended, asked, refused: refusals.map(({ detail }) => detail) }
  if (ended.length > 0) return { outcome: 'done', details, ended }
  if (asked.length > 0) return { outcome: 'asked', details }
  const isOver = refusals.every(({ why }) => why === 'not_playing')
  if (isOver) return { outcome: 'stale', details }
  const isImpossible = refusals.every(({ why }) => why === 'not_supported')
  return { outcome: isImpossible ? 'impossible' : 'refused', details }
}

const each = async (
  sessions: readonly LiveSession[],
  command: (session: LiveSession) => Promise<EndAnswer>,
): Promise<Results> =>
  await Promise.all(sessions.map(async (session) => ({ session, answer: await command(session) })))

/** An action that is not confirmed within that time counts as asked. */
const patiently = async (
  command: Promise<Results>,
  targets: readonly LiveSession[],
): Promise<Deed> => {
  const all = command.then(deedOf)
  const waiting = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), PATIENCE_MS).unref()
  })
  const soon = await Promise.race([all, waiting])
  if (soon !== null) return soon
  const asked = targets.map(({ sid }) => sid)
  return { outcome: 'asked', details: { asked }, later: all }
}

/** Ends streams at media servers; `message` of the step is shown where the server can show it. */
export const endAtServers = async (
  media: MediaPowers,
  targets: readonly LiveSession[],
  step: Pick<RuleStep, 'message'>,
): Promise<Deed> =>
  await patiently(
    each(targets, async ({ id }) => await media.end(id, step.message)),
    targets,
  )

const WORDS = 'This account is used in more places than it may be.'

/** Shows the words of a step to the viewers. */
export const messageAtServers = async (
  media: MediaPowers,
  targets: readonly LiveSession[],
  step: Pick<RuleStep, 'message'>,
): Promise<Deed> => {
  const words = step.message || WORDS
  const results = await each(targets, async ({ id }) => await media.message(id, words))
  const deed = deedOf(results)
  // A message has no effect to wait for: that the server took it is all there is.
  return deed.outcome === 'asked' ? { ...deed, outcome: 'done' } : deed
}

/** Signs the devices of the streams out. */
export const signOutAtServers = async (
  media: MediaPowers,
  targets: readonly LiveSession[],
): Promise<Deed> => {
  const deed = deedOf(await each(targets, async ({ id }) => await media.signOut(id)))
  return deed.outcome === 'asked' ? { ...deed, outcome: 'done' } : deed
}
