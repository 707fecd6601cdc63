import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PlayRecord } from '#domain/types'
import { isTimeZone } from '../../../detect/local-days.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, pageQuery, wholePageQuery } from '../../../schemas/common.ts'
import {
  dayTotals,
  hourTotals,
  levelQuery,
  levelSchema,
  mapPlaysOut,
  mapPoint,
  overviewQuery,
  peakSchema,
  playQuery,
  playSchema,
  spanQuery,
  userOverview,
  zonedQuery,
} from '../../../schemas/history.ts'
import type { Span } from '../../../store/history/dashboard.ts'
import type { History } from '../../../store/history/history.ts'
import { accountRef } from '../common/account-ref.ts'
import { pageInOrder } from '../common/row-page.ts'
import { sortOrder } from '../common/sort-order.ts'
import { topRoutes } from './tops.ts'

export interface HistoryRoutesOptions {
  readonly history: Pick<History, 'dashboard' | 'list'>
  readonly clock: () => number
  /** The time zone of `store.time_zone`. */
  readonly zone?: (() => string | null) | undefined
}

const DAY_MS = 86_400_000
const DAYS = 30

/** A play without an update for longer has ended unseen, ms. */
const RUNNING_MS = 5 * 60_000
const POINTS = 2000
const POINTS_SHOWN = 13
const RUNNING = 500
const MOST_MAPPED = 100_000
const SORTS = ['startedAt', 'lastSeenAt', 'bytes'] as const

const read = { permission: 'history:read' }
const span = Type.Object(spanQuery)
const zoned = Type.Object({ ...zonedQuery, ...wholePageQuery })

const spanOf = (query: Static<typeof span>, now: number): Span => {
  const to = query.to ?? now + 1
  const from = query.from ?? to - (query.days ?? DAYS) * DAY_MS
  if (from < to) return { from, to }
  throw new ProblemError('request.invalid', detail('span.wrong'))
}

const mapRoutes = (
  plain: FastifyInstance,
  { history: { dashboard }, clock }: HistoryRoutesOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/history/map',
    {
      schema: {
        querystring: Type.Object({
          ...spanQuery,
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: POINTS })),
          after: pageQuery.after,
        }),
        response: { 200: pageOf(mapPoint) },
      },
      config: read,
    },
    async ({ query }) =>
      await pageInOrder(
        async (most) => await dashboard.mapPoints(spanOf(query, clock()), most),
        () => null,
        query,
      ),
  )
  app.get(
    '/history/map/plays',
    {
      schema: {
        querystring: Type.Object({
          ...spanQuery,
          limit: Type.Optional(
            Type.Integer({ minimum: 1, maximum: MOST_MAPPED, default: MOST_MAPPED }),
          ),
        }),
        response: { 200: mapPlaysOut },
      },
      config: read,
    },
    async ({ query }) =>
      await dashboard.mapPlays(spanOf(query, clock()), query.limit ?? MOST_MAPPED),
  )
}

const dayRoutes = (
  plain: FastifyInstance,
  { history: { dashboard }, clock, zone }: HistoryRoutesOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const zoneOf = (asked: string | undefined): string => {
    const name = asked ?? zone?.() ?? 'UTC'
    if (isTimeZone(name)) return name
    throw new ProblemError('request.invalid', detail('zone.unknown', { name }))
  }
  app.get(
    '/history/days',
    { schema: { querystring: zoned, response: { 200: pageOf(dayTotals) } }, config: read },
    async ({ query }) =>
      await pageInOrder(
        async () => await dashboard.perDay(spanOf(query, clock()), zoneOf(query.tz)),
        ({ day }) => day,
        query,
      ),
  )
  app.get(
    '/history/hours',
    { schema: { querystring: zoned, response: { 200: pageOf(hourTotals) } }, config: read },
    async ({ query }) =>
      await pageInOrder(
        async () => await dashboard.perHour(spanOf(query, clock()), zoneOf(query.tz)),
        ({ hour }) => hour,
        query,
      ),
  )
}

const nowRoutes = (
  plain: FastifyInstance,
  { history: { dashboard }, clock }: HistoryRoutesOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/history/peak',
    { schema: { querystring: span, response: { 200: peakSchema } }, config: read },
    async ({ query }) => await dashboard.peak(spanOf(query, clock())),
  )
  app.get(
    '/history/levels',
    {
      schema: {
        description: 'How many plays ran at moments of a span, and on how many accounts.',
        querystring: levelQuery,
        response: { 200: pageOf(levelSchema) },
      },
      config: read,
    },
    async ({ query }) =>
      await pageInOrder(
        async () => await dashboard.levels(spanOf(query, clock()), query.points ?? POINTS_SHOWN),
        ({ at }) => at,
        query,
      ),
  )
  app.get(
    '/history/viewers',
    {
      schema: {
        querystring: span,
        response: { 200: Type.Object({ viewers: Type.Integer() }) },
      },
      config: read,
    },
    async ({ query }) => ({ viewers: await dashboard.uniqueViewers(spanOf(query, clock())) }),
  )
  app.get(
    '/history/now',
    {
      schema: {
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, default: RUNNING })),
          after: pageQuery.after,
        }),
        response: { 200: pageOf(playSchema) },
      },
      config: read,
    },
    async ({ query }) => {
      const since = clock() - RUNNING_MS
      const running = async (most: number) => await dashboard.now(since, most)
      const { items, next } = await pageInOrder(running, ({ id }) => id, query)
      return { items: items.map(shownPlay), next }
    },
  )
}

/** A play as the API shows it: `proto` as among live sessions. */
const shownPlay = (play: PlayRecord) => ({ ...play, proto: play.door ?? null })

/** Positions within a box; a role that sees places to a degree only asks about whole degrees. Throws `request.invalid`. */
const withinBox = (box: string, isMasked: boolean) => {
  const [south = 0, west = 0, north = 0, east = 0] = box.split(',').map(Number)
  if (!(south < north && west < east))
    throw new ProblemError('request.invalid', detail('box.wrong'))
  const low = (value: number) => (isMasked ? Math.round(value) - 0.5 : value)
  const high = (value: number) => (isMasked ? Math.round(value) + 0.5 : value)
  return {
    latitude: { from: low(south), to: high(north) },
    longitude: { from: low(west), to: high(east) },
  }
}

const playRoutes = (plain: FastifyInstance, { history, clock }: HistoryRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/history/accounts/:id',
    {
      schema: { params: idParams, querystring: overviewQuery, response: { 200: userOverview } },
      config: read,
    },
    async ({ params, query }) => {
      const asked = spanOf(query, clock())
      const found = await history.dashboard.user(accountRef(params.id), asked, query.limit)
      return { account: found.account, days: [...found.days], recent: found.recent.map(shownPlay) }
    },
  )
  const pageOfPlays = async (query: Static<typeof playQuery>, isMasked: boolean) => {
    const { limit, after, sort, from, to, account, box, ...same } = query
    const order = sortOrder(sort ?? '-startedAt', SORTS)
    const startedAt = {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    }
    const where = {
      ...same,
      ...(box === undefined ? {} : withinBox(box, isMasked)),
      startedAt,
      account: account === undefined ? undefined : accountRef(account),
    }
    const page = await history.list({ where, limit, after, ...order })
    return { items: page.rows.map(shownPlay), next: page.next }
  }
  const response = { 200: pageOf(playSchema) }
  app.get(
    '/history/plays',
    { schema: { querystring: playQuery, response }, config: read },
    async ({ query, actor }) => await pageOfPlays(query, actor.isMasked === true),
  )
  app.get(
    '/accounts/:id/plays',
    { schema: { params: idParams, querystring: playQuery, response }, config: read },
    async ({ params, query, actor }) =>
      await pageOfPlays({ ...query, account: params.id }, actor.isMasked === true),
  )
}

/** `/history/…`: who watched what, from where, when. */
export const historyRoutes = (app: FastifyInstance, options: HistoryRoutesOptions): void => {
  topRoutes(app, {
    dashboard: options.history.dashboard,
    spanOf: (q) => spanOf(q, options.clock()),
  })
  mapRoutes(app, options)
  dayRoutes(app, options)
  nowRoutes(app, options)
  playRoutes(app, options)
}
