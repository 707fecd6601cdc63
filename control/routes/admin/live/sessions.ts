import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { GeoPlace } from '#domain/types'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { idParams } from '../../../schemas/common.ts'
import { endOneQuery } from '../../../schemas/live-lists.ts'
import { mediaEnded } from '../../../schemas/media-servers.ts'
import { messageBody, sessionPage, sessionQuery, sessionSchema } from '../../../schemas/sessions.ts'
import { isMediaCursor } from '../../../sessions/media-sessions.ts'
import type { LiveSession } from '../../../sessions/model/live-session.ts'
import type { SessionStore } from '../../../sessions/model/session-store.ts'
import type { SessionQuery, SessionView } from '../../../sessions/model/session-view.ts'
import { isSortedPlace } from '../../../sessions/model/sorted-page.ts'
import type { MediaHub } from '../../../sources/hub/hub.ts'
import type { EndAnswer } from '../../../sources/model/play-source.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'

type Place = Pick<GeoPlace, 'city' | 'accuracyKm'>

export interface SessionRoutesOptions {
  readonly sessions: SessionStore
  readonly view: SessionView
  readonly media: Pick<MediaHub, 'play' | 'end' | 'message'>
  /** Place of a viewer's address. */
  readonly place: (address: string) => Place
  readonly audit: AuditTrail
  /** Asks the backends again; the number of sessions asked. */
  readonly reauth: (channel: string | null) => Promise<number>
  /** Pushes to the edges at once. */
  readonly kill: (keys: readonly string[]) => Promise<void>
}

const shownWith =
  (place: SessionRoutesOptions['place']) =>
  (session: LiveSession): Static<typeof sessionSchema> => {
    const { city, accuracyKm } = place(session.address)
    return {
      id: session.id,
      session_id: session.sid,
      name: session.channel,
      user_id: session.account,
      user_name: session.accountName,
      ip: session.address,
      network: session.network,
      country: session.country,
      city,
      accuracy_km: city === null ? null : accuracyKm,
      proto: session.protocol,
      user_agent: session.agent,
      group: session.group,
      device: session.device,
      download: session.download,
      token: session.tokenPrint,
      state: session.state,
      delivery: session.delivery ?? null,
      edge: session.seenBy,
      source: session.source ?? `edge:${session.edge}`,
      opened_at: session.openedAt,
      started_at: session.startedAt === 0 ? null : session.startedAt,
      updated_at: session.lastSeenAt,
      bytes: session.bytes,
      requests: session.requests,
    }
  }

const SORTS = new Map<string, NonNullable<SessionQuery['sort']>>([
  ['opened_at', 'openedAt'],
  ['-opened_at', '-openedAt'],
  ['updated_at', 'lastSeenAt'],
  ['-updated_at', '-lastSeenAt'],
  ['bytes', 'bytes'],
  ['-bytes', '-bytes'],
  ['name', 'channel'],
])

const queryOf = (query: Static<typeof sessionQuery>): SessionQuery => {
  const { user_id: account, name: channel, limit, after: cursor, sort, ...same } = query
  const order = sort === undefined ? undefined : SORTS.get(sort)
  if (sort !== undefined && order === undefined) {
    throw new ProblemError(
      'request.invalid',
      detail('sort.wrong', { fields: [...SORTS.keys()].join(', ') }),
    )
  }
  const ref = account === undefined ? undefined : accountRef(account)
  const isPlace = (place: string) =>
    order === undefined
      ? /^[\w-]{32}$/.test(place) || isMediaCursor(place)
      : isSortedPlace(place, order)
  if (cursor !== undefined && !isPlace(cursor)) {
    throw new ProblemError('request.invalid', detail('cursor.wrong'))
  }
  const wanted = { ...same, account: ref, channel, limit, cursor, sort: order }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

const liveSchema = Type.Object({
  totalClients: Type.Integer(),
  isDegraded: Type.Boolean({
    description: 'Slots are counted in one process alone: Redis is away.',
  }),
  channels: Type.Array(Type.Object({ channel: Type.String(), clients: Type.Integer() })),
})

const readRoutes = (plain: FastifyInstance, { view, place }: SessionRoutesOptions): void => {
  const shown = shownWith(place)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const read = { permission: 'sessions:read' }
  app.get(
    '/sessions',
    { schema: { querystring: sessionQuery, response: { 200: sessionPage } }, config: read },
    async (request) => {
      const page = await view.list(queryOf(request.query))
      return { items: page.items.map(shown), next: page.next, total: page.total }
    },
  )
  app.get(
    '/sessions/:id',
    { schema: { params: idParams, response: { 200: sessionSchema } }, config: read },
    async (request) => {
      const session = await view.show(request.params.id)
      if (!session) throw new ProblemError('not.found', detail('session.gone'))
      return shown(session)
    },
  )
  app.get('/live', { schema: { response: { 200: liveSchema } }, config: read }, async () => {
    const numbers = await view.numbers()
    return { ...numbers, channels: [...numbers.channels] }
  })
}

const ENDED = {
  confirmed: 'It has ended.',
  asked: 'The server took the request, and the stream still runs: its player may not listen.',
} as const

/** What is said of an end at a media server; a refusal is a problem. */
const endedAnswer = (answer: EndAnswer): Static<typeof mediaEnded> => {
  if (answer.state !== 'refused') return { state: answer.state, detail: ENDED[answer.state] }
  const code = answer.why === 'not_playing' ? 'not.found' : 'state.wrong'
  throw new ProblemError(code, detail('end.refused', { why: sentence(answer.detail) }))
}

const sentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`.replace(/\.$/, '')

/** Writes to who watches at a media server; an edge has no way to. */
const messageRoute = (plain: FastifyInstance, options: SessionRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { view, media, audit } = options
  app.post(
    '/sessions/:id/message',
    {
      schema: { params: idParams, body: messageBody, response: { 204: Type.Null() } },
      config: { permission: 'sessions:write' },
    },
    async (request, reply) => {
      const session = await view.show(request.params.id)
      if (session === null) throw new ProblemError('not.found', detail('session.gone'))
      if (media.play(session.id) === null)
        throw new ProblemError('state.wrong', detail('session.no_words'))
      const { text } = request.body
      const answer = await media.message(session.id, text)
      if (answer.state === 'refused')
        throw new ProblemError(
          'state.wrong',
          detail('end.refused', { why: sentence(answer.detail) }),
        )
      await audit(request, 'session.message', { subject: session.sid, after: { text } })
      return await reply.code(204).send(null)
    },
  )
}

/** Live sessions: list, show, end, ask again, write to the viewer. */
export const sessionRoutes = (plain: FastifyInstance, options: SessionRoutesOptions): void => {
  readRoutes(plain, options)
  messageRoute(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { sessions, view, media, audit } = options
  const shown = shownWith(options.place)
  const write = { permission: 'sessions:write' }
  app.delete(
    '/sessions/:id',
    {
      schema: {
        params: idParams,
        querystring: endOneQuery,
        response: { 200: mediaEnded, 204: Type.Null() },
      },
      config: write,
    },
    async (request, reply) => {
      const { seconds = 60, note = null, message = '' } = request.query
      const session = await view.show(request.params.id)
      if (session && media.play(session.id) !== null) {
        const ended = endedAnswer(await media.end(session.id, message))
        const after = { state: ended.state, message, note }
        await audit(request, 'session.end', {
          subject: session.sid,
          before: shown(session),
          after,
        })
        return await reply.code(200).send(ended)
      }
      if (!session || !(await sessions.end(session.id, 'session.ended', seconds * 1000))) {
        throw new ProblemError('not.found', detail('session.gone'))
      }
      await options.kill([session.id])
      const change = { before: shown(session), after: { seconds, note } }
      await audit(request, 'session.end', { subject: session.sid, ...change })
      return await reply.code(204).send(null)
    },
  )
  app.post(
    '/sessions/reauth',
    {
      schema: {
        querystring: Type.Object({ name: Type.Optional(Type.String()) }),
        response: { 200: Type.Object({ asked: Type.Integer() }) },
      },
      config: write,
    },
    async (request) => {
      const channel = request.query.name ?? null
      const asked = await options.reauth(channel)
      await audit(request, 'sessions.reauth', { subject: channel ?? 'all', after: { asked } })
      return { asked }
    },
  )
}
