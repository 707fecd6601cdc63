import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { groupBy } from '#domain/group-by'
import { readDeviceSubject } from '#domain/viewer/lease'
import { countAccounts } from '#domain/viewer/person'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { deviceSchema, liveListQuery, networkSchema } from '../../../schemas/live-lists.ts'
import type { BanStore } from '../../../sessions/model/ban-store.ts'
import type { LiveSession } from '../../../sessions/model/live-session.ts'
import type { SessionQuery, SessionView } from '../../../sessions/model/session-view.ts'
import { accountRef } from '../common/account-ref.ts'
import { banSubject } from '../common/ban-subject.ts'
import { pageOfRows } from '../common/row-page.ts'

export interface LiveListOptions {
  readonly view: Pick<SessionView, 'list'>
  readonly bans: Pick<BanStore, 'list'>
  readonly v6Prefix: () => number
}

type Device = Static<typeof deviceSchema>
type Network = Static<typeof networkSchema>

const MOST = 1000

/** Every live session that matches, page by page. */
export const everySession = async (
  view: Pick<SessionView, 'list'>,
  query: SessionQuery,
): Promise<LiveSession[]> => {
  const found: LiveSession[] = []
  let cursor: string | undefined
  do {
    const page = await view.list({ ...query, limit: MOST, ...(cursor ? { cursor } : {}) })
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
}

const FIELDS = ['id', 'sessions', 'bytes', 'opened_at', 'updated_at', 'banned_until'] as const

/** Totals of the sessions of one device or network. */
const useOf = (sessions: readonly LiveSession[], bannedUntil: number | null) => {
  const latest = sessions.toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)[0]
  return {
    ip: latest?.address ?? null,
    country: latest?.country ?? null,
    sessions: sessions.length,
    channels: [...new Set(sessions.map(({ channel }) => channel))].toSorted(),
    bytes: sessions.reduce((sum, { bytes }) => sum + bytes, 0),
    opened_at: latest ? Math.min(...sessions.map(({ openedAt }) => openedAt)) : null,
    updated_at: latest?.lastSeenAt ?? null,
    banned_until: bannedUntil,
  }
}

/** Until when each is banned; a device's bans are one a channel. */
const bansOf = (bans: Pick<BanStore, 'list'>, kind: 'device' | 'network'): Map<string, Banned> => {
  const found = new Map<string, Banned>()
  for (const ban of bans.list()) {
    if (ban.kind !== kind) continue
    const { account, device } = readDeviceSubject(ban.subject)
    const id = kind === 'device' ? device : ban.subject
    const until = Math.max(ban.until, found.get(id)?.until ?? 0)
    found.set(id, { until, account })
  }
  return found
}

interface Banned {
  readonly until: number
  readonly account: string
}

const devicesOf = (sessions: readonly LiveSession[], banned: Map<string, Banned>): Device[] => {
  const groups = groupBy(sessions, ({ device }) => device)
  return [...new Set([...groups.keys(), ...banned.keys()])].map((id) => {
    const own = groups.get(id) ?? []
    const ban = banned.get(id)
    return {
      id,
      user_id: own[0]?.account ?? ban?.account ?? '',
      user_name: own[0]?.accountName ?? null,
      network: own[0]?.network ?? null,
      user_agent: own[0]?.agent ?? null,
      ...useOf(own, ban?.until ?? null),
    }
  })
}

const networksOf = (sessions: readonly LiveSession[], banned: Map<string, Banned>): Network[] => {
  const groups = groupBy(sessions, ({ network }) => network)
  return [...new Set([...groups.keys(), ...banned.keys()])].map((id) => {
    const own = groups.get(id) ?? []
    return {
      id,
      users: countAccounts(own.map(({ account }) => account)),
      devices: new Set(own.map(({ device }) => device)).size,
      ...useOf(own, banned.get(id)?.until ?? null),
    }
  })
}

type Query = Static<typeof liveListQuery>

/** How the live sessions and the bans become the rows of a list. */
interface Noun<Row> {
  readonly kind: 'device' | 'network'
  readonly rows: (sessions: readonly LiveSession[], banned: Map<string, Banned>) => Row[]
}

/** The rows of a list: with a filter on sessions, only what plays. */
const rowsFor = async <Row extends Device | Network>(
  query: Query,
  options: LiveListOptions,
  noun: Noun<Row>,
): Promise<Row[]> => {
  const { user_id: user, name: channel, group, network } = query
  const wanted = {
    account: user === undefined ? undefined : accountRef(user),
    channel,
    group,
    network: network === undefined ? undefined : banSubject('network', network, options.v6Prefix()),
  }
  const set = Object.entries(wanted).filter(([, value]) => value !== undefined)
  const sessions = await everySession(options.view, Object.fromEntries(set))
  const rows = noun.rows(sessions, bansOf(options.bans, noun.kind))
  const isWanted = (row: Row): boolean =>
    (query.banned === undefined || (row.banned_until !== null) === query.banned) &&
    (row.sessions > 0 || set.length === 0 || ('user_id' in row && row.user_id === wanted.account))
  return rows.filter(isWanted)
}

const one = <Row extends { readonly id: string }>(rows: readonly Row[], id: string): Row => {
  const row = rows.find((candidate) => candidate.id === id)
  if (!row) throw new ProblemError('not.found', detail('playing.neither', { id }))
  return row
}

/** `/devices` and `/networks`: who plays, and who is banned. */
export const liveListRoutes = (plain: FastifyInstance, options: LiveListOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const config = { permission: 'sessions:read' }
  const params = Type.Object({ '*': Type.String({ minLength: 1, maxLength: 200 }) })
  const addNoun = <Row extends Device | Network>(
    noun: Noun<Row> & { readonly schema: TSchema; readonly idOf: (text: string) => string },
  ): void => {
    app.get(
      `/${noun.kind}s`,
      { schema: { querystring: liveListQuery, response: { 200: pageOf(noun.schema) } }, config },
      async ({ query }) => pageOfRows(await rowsFor(query, options, noun), query, FIELDS),
    )
    app.get(
      `/${noun.kind}s/*`,
      { schema: { params, response: { 200: noun.schema } }, config },
      async (request) => one(await rowsFor({}, options, noun), noun.idOf(request.params['*'])),
    )
  }
  addNoun({ kind: 'device', rows: devicesOf, schema: deviceSchema, idOf: (text) => text })
  addNoun({
    kind: 'network',
    rows: networksOf,
    schema: networkSchema,
    idOf: (text) => banSubject('network', text, options.v6Prefix()),
  })
}
