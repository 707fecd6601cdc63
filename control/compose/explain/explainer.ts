import { createHash } from 'node:crypto'
import { compileRules } from '#domain/rules/rules'
import { limitsOf } from '../../access/admission/limits.ts'
import type { AuthBackendConfig } from '../../config/schema/schema.ts'
import { explain } from '../../explain/explain.ts'
import type {
  ExplainBackend,
  ExplainPorts,
  ExplainQuestion,
  Explanation,
} from '../../explain/explanation.ts'
import { ProblemError } from '../../plugins/problem.ts'
import { detail } from '../../plugins/problem-texts.ts'
import type { Account } from '../../store/tables/records.ts'
import { authBackendSource } from '../access/authorizer.ts'
import {
  explainPlaylist,
  memberOf,
  type PlaylistExplanation,
  refusedPlaylist,
} from './explain-playlist.ts'
import type { ExplainerParts } from './question.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** The account of a question, or why it may not watch. Throws `not.found` where there is no account of that id. */
const accountOf = async (
  { token, account: id = null }: ExplainQuestion,
  { accounts, now }: ExplainerParts,
): Promise<Account | string | null> => {
  if (accounts === null || (token === null && id === null)) return null
  const answer =
    id === null
      ? await accounts.identify({ kind: 'token', token: token ?? '' }, now())
      : await accounts.named(id, now())
  if (answer === null)
    throw new ProblemError('not.found', detail('account.missing', { id: id ?? '' }))
  if (answer.outcome === 'known') return answer.account
  return answer.reason === 'token.unknown' ? null : answer.reason
}

/** Compiles each auth backend once, since an access log may have a million requests. */
const preparing = (): ((backend: AuthBackendConfig) => ExplainBackend) => {
  const prepared = new WeakMap<AuthBackendConfig, ExplainBackend>()
  return (backend) => {
    const known = prepared.get(backend)
    if (known !== undefined) return known
    const source = authBackendSource(backend)
    const { backends, allowDefault } = source
    const fresh = { rules: compileRules(source, digest).rules, backends, allowDefault }
    prepared.set(backend, fresh)
    return fresh
  }
}

interface Prepared extends ExplainerParts {
  readonly prepare: ReturnType<typeof preparing>
}

const portsFor = (
  question: ExplainQuestion,
  account: Account | null,
  parts: Prepared,
): ExplainPorts => {
  const { lineup, authorizer } = parts
  const config = parts.config()
  return {
    countryOf: (address) => parts.place(address).country,
    classify: (address, country) =>
      lineup.classify({ address, country, account: memberOf(account) }),
    standing: (group, channel) =>
      lineup.catalog.channel(channel) ? lineup.catalog.standing(group, channel) : 'unknown',
    backendFor: (channel, group) => authorizer.backendFor(channel, group),
    backend: (name) => {
      const found = config.auth_backends.find((backend) => backend.name === name)
      return found ? parts.prepare(found) : null
    },
    capOf: (channel, name, decision) => {
      const group = lineup.catalog.group(name)
      if (!group) return null
      const plan = config.plans.find((candidate) => candidate.name === account?.plan)
      const caps = plan ? { maxSessions: plan.max_sessions, maxNetworks: plan.max_networks } : null
      const rule = lineup.catalog.rule(channel)
      return limitsOf({ decision, account, plan: caps, rule, group }, config.clocks)
    },
    ask: question.isLive ? async (request) => await authorizer.authorize(request) : null,
  }
}

/** Without an auth backend an unknown token is refused, and some groups require an account. */
const unasked = (
  explained: Explanation,
  account: Account | null,
  { token }: ExplainQuestion,
  { accounts, lineup }: ExplainerParts,
): Explanation => {
  const isOpen = explained.authBackend === null && explained.verdict === 'allow'
  if (!isOpen || account !== null || accounts === null) return explained
  const refused = { ...explained, verdict: 'deny', cap: null } as const
  if (token !== null) return { ...refused, reason: 'token.unknown', decidedBy: 'an unknown token' }
  const group = explained.group === null ? undefined : lineup.catalog.group(explained.group)
  if (group?.require_account !== true) return explained
  return { ...refused, reason: 'token.missing', decidedBy: `group ${group.name} wants an account` }
}

/**
 * Applies a signed link: a valid one decides before all rules, an invalid one where the viewer is
 * not identified otherwise.
 */
const withLink = (
  explained: Explanation,
  { address, channel, token }: ExplainQuestion & { readonly channel: string },
  { links, now }: ExplainerParts,
): Explanation => {
  const isKnown = explained.steps.some((it) => it.stage === 'channel')
  if (links === undefined || !isKnown || explained.reason?.startsWith('channel.') === true)
    return explained
  const presented = { channel, uri: `/live/${channel}/index.m3u8`, address, token, args: null }
  const verdict = links(presented, Math.floor(now() / 1000))
  if (verdict === null) return explained
  const subject = verdict.ok ? `secure link ${verdict.grant.link}` : 'a secure link'
  if (verdict.ok) return { ...explained, verdict: 'allow', reason: 'ok', decidedBy: subject }
  const isUnidentified =
    explained.reason === 'rule.no_match' || explained.reason === 'token.unknown'
  if (!isUnidentified) return explained
  return { ...explained, reason: verdict.reason, decidedBy: subject }
}

/** Explains openings and playlists from the configuration and the accounts as they are. */
export const createExplainer = (
  given: ExplainerParts,
): ((question: ExplainQuestion) => Promise<Explanation | PlaylistExplanation>) => {
  const parts = { ...given, prepare: preparing() }
  return async (question) => {
    const account = await accountOf(question, parts)
    if (typeof account === 'string') return refusedPlaylist(question, account)
    const { channel } = question
    if (channel === null) return explainPlaylist(question, account, parts)
    const explained = await explain({ ...question, channel }, portsFor(question, account, parts))
    const named = { ...explained, account: explained.account ?? (account && `own:${account.id}`) }
    return withLink(unasked(named, account, question, parts), { ...question, channel }, parts)
  }
}
