import {
  compileRules,
  type Digest,
  evaluateRules,
  type RuleSource,
  type Rules,
} from '#domain/rules/rules'
import type { BackendClient, HttpBackend } from './backend-client.ts'
import { authQuery } from './backend-query.ts'
import { askBackends } from './backends.ts'
import {
  type DecisionClocks,
  decideByAnswer,
  decideByDefault,
  decideByGuessLimit,
  decideByOutage,
  decideByRule,
  ruleTrace,
} from './decide.ts'
import type { Authorize, AuthRequest, Decision, PreviousAnswer, TraceStep } from './decision.ts'
import type { DecisionStore } from './decision-store.ts'
import type { GuessLimit } from './guess-limit.ts'
import { createSingleFlight, type SharedRequest } from './single-flight.ts'

/** One auth backend as configured. */
export interface AuthBackend extends RuleSource {
  readonly name: string
  readonly backends: readonly HttpBackend[]
  readonly allowDefault: boolean
}

export interface AuthorizePorts {
  readonly client: BackendClient
  readonly decisions: DecisionStore
  readonly digest: Digest
  readonly clocks: DecisionClocks
  readonly now: () => number
  /** Rate limit of wrong tokens; without it every one is asked about. */
  readonly guesses?: GuessLimit
}

interface Prepared {
  readonly source: AuthBackend
  readonly rules: Rules
  /** Changes with the backends' configuration, so that cached decisions are not used after a change. */
  readonly fingerprint: string
  readonly longestMs: number
}

const prepare = (source: AuthBackend, digest: Digest): Prepared => ({
  source,
  rules: compileRules(source, digest).rules,
  fingerprint: digest(JSON.stringify([source.name, source.backends, source.allowDefault])),
  longestMs: Math.max(0, ...source.backends.map((backend) => backend.timeoutMs)),
})

/** Flussonic's identity of a session: channel, address and token, or where there is none the query. */
const decisionKey = ({ fingerprint }: Prepared, request: AuthRequest, digest: Digest): string =>
  digest(
    JSON.stringify([
      fingerprint,
      request.channel,
      request.proto,
      request.address,
      request.token,
      request.token === null ? request.qs : null,
    ]),
  )

const flightOf = (
  prepared: Prepared,
  request: AuthRequest,
  { digest, previous }: { digest: Digest; previous: PreviousAnswer | undefined },
): SharedRequest => {
  const key = decisionKey(prepared, request, digest)
  const base = { channel: request.channel, claimMs: prepared.longestMs + 2_000 }
  if (previous === undefined) return { ...base, key, alsoAs: null }
  const update = digest(`${request.sessionId} ${previous.requestNumber} ${prepared.fingerprint}`)
  return { ...base, key: update, alsoAs: key }
}

/** Decides by rules alone, or by the default where no backend is configured; `null`: backends decide. */
export type DecideByRules = (request: AuthRequest) => Decision | null

/** Prepares the rules once. */
export const createDecideByRules = (
  sources: readonly AuthBackend[],
  { digest, clocks }: Pick<AuthorizePorts, 'digest' | 'clocks'>,
): DecideByRules => {
  const byName = new Map(sources.map((source) => [source.name, prepare(source, digest)]))
  return (request) => {
    const prepared = byName.get(request.authBackend)
    if (prepared === undefined) return decideByDefault(false, clocks)
    const verdict = evaluateRules(prepared.rules, request)
    if (verdict.verdict !== 'none') return decideByRule(verdict, clocks)
    const { backends, allowDefault } = prepared.source
    return backends.length === 0 ? decideByDefault(allowDefault, clocks) : null
  }
}

/** The decision where the auth backend is not configured here: a running session keeps its decision, since another control plane may have a newer configuration. */
const NOT_HERE: TraceStep = {
  step: 'backend',
  subject: null,
  result: 'not asked',
  detail: 'no such auth backend here',
}

/** Prepares the auth backends once; the same client and store may serve the next configuration. */
export const createAuthorize = (
  sources: readonly AuthBackend[],
  { client, decisions, digest, clocks, now, guesses }: AuthorizePorts,
): Authorize => {
  const byName = new Map(sources.map((source) => [source.name, prepare(source, digest)]))
  const flights = createSingleFlight(decisions, now)

  const ask = async (
    { source }: Prepared,
    request: AuthRequest,
    previous: PreviousAnswer | undefined,
  ): Promise<Decision> => {
    const guess = previous === undefined ? request.token : null
    const lockedSec = guess === null ? 0 : (guesses?.lockedSec(request.address) ?? 0)
    if (lockedSec > 0) return decideByGuessLimit(lockedSec, clocks)
    const askedAs = previous?.decision.askedAs ?? request.sessionId
    const query = authQuery({ ...request, sessionId: askedAs }, previous)
    const outcome = await askBackends(client, source.backends, query)
    if (guess !== null && outcome.answer.class === 'deny') guesses?.failed(request.address, guess)
    const { allowDefault } = source
    const decision =
      outcome.answer.class === 'down'
        ? decideByOutage(outcome.trace, { allowDefault, previous }, clocks)
        : decideByAnswer(source.name, outcome, clocks)
    return { ...decision, askedAs }
  }

  return async (request, previous) => {
    const prepared = byName.get(request.authBackend)
    if (prepared === undefined)
      return previous === undefined
        ? decideByDefault(false, clocks)
        : decideByOutage([NOT_HERE], { allowDefault: false, previous }, clocks)
    const verdict = evaluateRules(prepared.rules, request)
    if (verdict.verdict !== 'none') return decideByRule(verdict, clocks)
    const { allowDefault, backends } = prepared.source
    const decision =
      backends.length === 0
        ? decideByDefault(allowDefault, clocks)
        : await flights.decide(flightOf(prepared, request, { digest, previous }), () =>
            ask(prepared, request, previous),
          )
    return { ...decision, trace: [ruleTrace(verdict), ...decision.trace] }
  }
}
