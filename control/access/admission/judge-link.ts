import type { ReasonId } from '#domain/reasons'
import type { Decision } from '../authorize/decision.ts'
import type { JudgeLink, LinkGrant } from '../signed-links/secure-link.ts'
import type { Opening } from './opening.ts'

/**
 * A link's user as an account id; names of auth backends hold no dot, so ids of the two kinds never
 * collide.
 */
const linkAccount = ({ link, userId }: LinkGrant): string | null =>
  userId === null ? null : `backend:link.${link}:${userId}`

const admitted = (grant: LinkGrant, authDurationSec: number): Decision => ({
  verdict: 'allow',
  reason: 'ok',
  rule: null,
  backend: null,
  account: linkAccount(grant),
  maxSessions: null,
  unique: false,
  authDurationSec,
  denySec: 0,
  location: null,
  trace: [{ step: 'rules', subject: `secure link ${grant.link}`, result: 'allow', detail: null }],
})

/**
 * Result of checking a signed link; `null` where no key is configured for the channel or the
 * request holds no link.
 */
export const judgeLink = (
  opening: Opening,
  { links, decisionSec }: { readonly links: JudgeLink | undefined; readonly decisionSec: number },
): Decision | ReasonId | null => {
  const { credential, channel, rest, address, args } = opening
  if (links === undefined || credential.kind !== 'token') return null
  const uri = `/live/${channel}/${rest}`
  const presented = { channel, uri, address, token: credential.token, args }
  const verdict = links(presented, Math.floor(opening.now / 1000))
  if (verdict === null) return null
  return verdict.ok ? admitted(verdict.grant, decisionSec) : verdict.reason
}

/**
 * Whether the link is in arguments that are not part of the edge's cache key: a cached refusal would also apply to
 * other links at the same address.
 */
export const isQueryLink = (opening: Opening, links: JudgeLink | undefined): boolean =>
  opening.credential.kind === 'token' &&
  opening.credential.token === null &&
  judgeLink(opening, { links, decisionSec: 0 }) !== null
