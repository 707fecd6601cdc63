import { createHash } from 'node:crypto'
import {
  type AuthBackend,
  createAuthorize,
} from '../../../../control/access/authorize/authorize.ts'
import { createBackendClient } from '../../../../control/access/authorize/backend-client.ts'
import type { DecisionClocks } from '../../../../control/access/authorize/decide.ts'
import type { AuthRequest } from '../../../../control/access/authorize/decision.ts'
import {
  createMemoryDecisionStore,
  type DecisionStore,
} from '../../../../control/access/authorize/decision-store.ts'
import { createGuessLimit } from '../../../../control/access/authorize/guess-limit.ts'

export const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

export const clocks: DecisionClocks = { decisionSec: 180, denySec: 30, retrySec: 10 }

export const opening: AuthRequest = {
  authBackend: 'main',
  channel: 'ort',
  proto: 'hls',
  address: '198.51.100.7',
  country: null,
  token: 'abc',
  sessionId: 'session-1',
  userAgent: 'MAG 200',
  referer: null,
  host: 'tv.example.net',
  qs: 'token=abc',
  streamClients: 3,
  totalClients: 40,
}

/** An authorizer over real backends with a clock the test moves. */
export const authorizer = (
  source: Partial<AuthBackend> & {
    urls?: readonly string[]
    timeoutMs?: number
    wrongPerMinute?: number
  },
  decisions?: DecisionStore,
  ca?: string,
) => {
  const time = { now: 1_000_000 }
  const now = () => time.now
  const client = createBackendClient(now, ca === undefined ? {} : { ca })
  const store = decisions ?? createMemoryDecisionStore(now)
  const backends = (source.urls ?? []).map((url) => ({ url, timeoutMs: source.timeoutMs ?? 2_000 }))
  const perMinute = source.wrongPerMinute ?? 1_000
  const guesses = createGuessLimit({ perMinute, lockSec: 60, v6Prefix: 64, now })
  const authorize = createAuthorize([{ name: 'main', allowDefault: false, backends, ...source }], {
    client,
    decisions: store,
    digest,
    clocks,
    now,
    guesses,
  })
  return { authorize, client, store, time, later: (sec: number) => (time.now += sec * 1000) }
}
