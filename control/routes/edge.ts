import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppList } from '#domain/apps/xtream'
import { ANSWER_HEADERS, EDGE_API, type SyncRequest } from '#domain/channels/protocol'
import type { ReasonId } from '#domain/reasons'
import { statusFor } from '#domain/statuses'
import { type CheckAnswer, type CheckPorts, check } from '../access/admission/check.ts'
import { identifyForList } from '../access/admission/identify.ts'
import { open } from '../access/admission/open.ts'
import type { OpenPorts } from '../access/admission/opening.ts'
import { type AccountFactsPorts, accountFacts } from '../access/apps/account-facts.ts'
import { watchStandstill } from '../beats/standstill.ts'
import type { EdgeCatchUp } from '../edge/edge-catch-up.ts'
import { endClosed, type SyncPorts, sync } from '../edge/sync-service.ts'
import type { VersionedTable } from '../edge/versioned-table.ts'
import { type GuideAnswers, guideRoutes } from './edge/guides.ts'
import { type PictureAnswers, pictureRoute } from './edge/pictures.ts'
import {
  type AppListQuery,
  appListQuerySchema,
  isAppList,
  isTableName,
  syncRequestSchema,
  tableQuerySchema,
} from './edge/schemas.ts'
import { unpackRoute } from './edge/unpack.ts'
import { readCheck, readOpening, readPlaylistRequest } from './edge-request.ts'

export interface EdgeRoutesOptions {
  readonly openPorts: OpenPorts
  readonly checkPorts: CheckPorts
  readonly syncPorts: SyncPorts
  readonly tables: { readonly networks: VersionedTable; readonly channels: VersionedTable }
  /** The rendered list of a group; the one of a version, or the present one. */
  readonly list: (
    group: string,
    version?: string,
  ) => { readonly version: string; readonly text: string } | null
  /** A group's channels as apps ask for them, JSON; `isKept`: it may be cached under its version. */
  readonly appList: (
    group: string,
    list: AppList,
    wanted: { readonly version?: string; readonly category?: string },
  ) => { readonly chunks: AsyncIterable<string>; readonly isKept: boolean } | null
  readonly accountPorts: AccountFactsPorts
  readonly guides: GuideAnswers
  readonly pictures: PictureAnswers
  /** Called with the push address that an edge on another machine sent with its sync. */
  readonly announced?: (push: {
    readonly edge: string
    readonly address: string
    readonly from: string
  }) => Promise<void>
  readonly catchUp: Pick<EdgeCatchUp, 'caughtUp'>
  /** Counts what edges ask, by outcome: `ok` or the reason of a refusal; `request` is the id of the viewer's request in the edge's access log. */
  readonly count: (
    question: 'open' | 'check' | 'identify' | 'sync',
    outcome: ReasonId,
    asked?: { readonly request: string; readonly channel: string },
  ) => void
  /** Authenticates a request: the edge's id, or `null`. */
  readonly edgeOf: (request: FastifyRequest) => Promise<string | null>
}

declare module 'fastify' {
  interface FastifyRequest {
    edgeId: string
  }
}

/** A refusal; `status` where the question is nginx's own, which takes no other. */
const refuse = (
  reply: FastifyReply,
  reason: ReasonId,
  denyUntil: number,
  status = statusFor(reason),
): FastifyReply => {
  const denySec = Math.max(0, Math.ceil((denyUntil - Date.now()) / 1000))
  if (denySec > 0) reply.header('retry-after', denySec)
  return reply
    .code(status)
    .header(ANSWER_HEADERS.reason, reason)
    .header(ANSWER_HEADERS.denyTtl, denySec)
    .send()
}

/** A list never changes under the name of its version. */
const KEEP = 'max-age=31536000, immutable'

/** The status that nginx's `auth_request` takes for a refusal; the edge finds the player's status by the reason. */
const NO = 403

const answerCheck = (reply: FastifyReply, admission: CheckAnswer): FastifyReply => {
  if (admission.outcome === 'refused') {
    return refuse(reply, admission.reason, admission.denyUntil, NO)
  }
  return reply
    .code(204)
    .header(ANSWER_HEADERS.key, admission.key)
    .header(ANSWER_HEADERS.ttl, Math.ceil(admission.leaseMs / 1000))
    .header(ANSWER_HEADERS.cap, admission.cap ?? '')
    .send()
}

/** Whether the asking edge has kept its connection: nginx closes it when it waits no longer. */
const isAwaited = ({ socket }: FastifyRequest): boolean =>
  !socket.destroyed && !socket.readableEnded

/** Lets connections that were closed be seen as closed: after a standstill, what was asked meanwhile is read a turn before its end. */
const nextTurn = async (): Promise<void> => {
  await setImmediate()
  await setImmediate()
}

const openRoute = (app: FastifyInstance, options: EdgeRoutesOptions): void => {
  const hasStood = watchStandstill()
  app.get('/open', async (request, reply) => {
    const { headers, edgeId } = request
    const opening = readOpening(headers, edgeId, Date.now(), () => isAwaited(request))
    if (!opening) return refuse(reply, 'request.malformed', 0)
    if (hasStood()) await nextTurn()
    // The edge can count its own leases; without Redis no session is known here.
    if (!(await options.catchUp.caughtUp(request.edgeId))) return reply.code(503).send()
    await endClosed(opening.closed ?? [], request.edgeId, options.syncPorts.sessions)
    const answer = await open(opening, options.openPorts)
    const asked = { request: opening.requestId, channel: opening.channel }
    options.count('open', answer.outcome === 'refused' ? answer.reason : 'ok', asked)
    if (answer.outcome === 'refused') {
      if (answer.group !== undefined)
        reply.header(ANSWER_HEADERS.group, encodeURIComponent(answer.group))
      const status = opening.inferredKey === null ? statusFor(answer.reason) : NO
      return refuse(reply, answer.reason, answer.denyUntil, status)
    }
    reply.header('cache-control', 'no-store')
    if (answer.outcome === 'redirected') {
      return reply.code(302).header('location', answer.location).send()
    }
    reply
      .header(ANSWER_HEADERS.key, answer.key)
      .header(ANSWER_HEADERS.ttl, Math.ceil(answer.leaseMs / 1000))
    reply.header(ANSWER_HEADERS.cap, answer.cap)
    reply.header(ANSWER_HEADERS.account, encodeURIComponent(answer.account))
    if (answer.replaced.length > 0) reply.header(ANSWER_HEADERS.forget, answer.replaced.join(','))
    if (answer.location === null) return reply.code(204).send()
    return reply.code(302).header('location', answer.location).send()
  })
}

const askRoutes = (app: FastifyInstance, options: EdgeRoutesOptions): void => {
  app.get('/check', async (request, reply) => {
    const asked = readCheck(request.headers, request.edgeId, Date.now())
    const admission = await check(asked, options.checkPorts)
    options.count('check', admission.outcome === 'refused' ? admission.reason : 'ok')
    return answerCheck(reply, admission)
  })
  app.get('/identify', async (request, reply) => {
    const ask = readPlaylistRequest(request.headers, Date.now())
    if (!ask) return refuse(reply, 'request.malformed', 0)
    const answer = await identifyForList(ask, options.openPorts)
    options.count('identify', answer.outcome === 'refused' ? answer.reason : 'ok')
    if (answer.outcome === 'known') return reply.send(answer.identity)
    return refuse(reply, answer.reason, 0)
  })
}

const listRoutes = (app: FastifyInstance, options: EdgeRoutesOptions): void => {
  app.get<{ Params: { group: string; form: string }; Querystring: AppListQuery }>(
    '/lists/:group/:form',
    { schema: { querystring: appListQuerySchema } },
    async (request, reply) => {
      const { group, form } = request.params
      const { v: version, category } = request.query
      if (!isAppList(form)) return reply.code(404).send()
      const list = options.appList(group, form, {
        ...(version === undefined ? {} : { version }),
        ...(category === undefined ? {} : { category }),
      })
      if (list === null) return refuse(reply, 'group.unknown', 0)
      return reply
        .type('application/json')
        .header('cache-control', list.isKept ? KEEP : 'no-store')
        .send(Readable.from(list.chunks, { objectMode: false }))
    },
  )
  app.get('/account', async (request, reply) => {
    const ask = readPlaylistRequest(request.headers, Date.now())
    if (!ask) return refuse(reply, 'request.malformed', 0)
    const answer = await accountFacts(ask, options.accountPorts)
    if (answer.outcome === 'refused') return refuse(reply, answer.reason, 0)
    return reply.send(answer.facts)
  })
}

const dataRoutes = (app: FastifyInstance, options: EdgeRoutesOptions): void => {
  app.get<{ Params: { group: string }; Querystring: { v?: string } }>(
    '/lists/:group',
    async (request, reply) => {
      const { group } = request.params
      const { v: version } = request.query
      const wanted = options.list(group, version)
      const list = wanted ?? options.list(group)
      if (!list) return refuse(reply, 'group.unknown', 0)
      // Under the name of a version that is gone, the present list must not be kept.
      const keep = wanted ? KEEP : 'no-store'
      return (
        reply
          // mpv recognises a playlist only without a charset; M3U is read as UTF-8 without one.
          .type('audio/x-mpegurl')
          .header('etag', `"${list.version}"`)
          .header('cache-control', keep)
          .send(list.text)
      )
    },
  )
  app.get<{ Params: { name: string }; Querystring: { from?: string; cursor?: number } }>(
    '/tables/:name',
    { schema: { querystring: tableQuerySchema } },
    async (request, reply) => {
      const { name } = request.params
      if (!isTableName(name)) return reply.code(404).send()
      const { from, cursor } = request.query
      return reply.send(await options.tables[name].page(from ?? null, cursor ?? 0))
    },
  )
}

const syncRoute = (app: FastifyInstance, options: EdgeRoutesOptions): void => {
  const running = new Set<string>()
  app.post<{ Body: SyncRequest }>(
    '/sync',
    { schema: { body: syncRequestSchema }, bodyLimit: 4 * 1024 * 1024 },
    async (request, reply) => {
      const { edgeId: edge, ip: from, body } = request
      // The edge has given up on its last sync and sends the same again: taken each time, they would only make each other wait.
      const name = `${edge} ${body.boot}`
      if (running.has(name)) return refuse(reply, 'control.unavailable', 0)
      running.add(name)
      try {
        options.count('sync', 'ok')
        if (body.push !== undefined) await options.announced?.({ edge, address: body.push, from })
        return await sync({ ...body, edge }, options.syncPorts)
      } finally {
        running.delete(name)
      }
    },
  )
}

/** Routes of edges, under `/edge/v1`; never reachable from the public listener. */
export const edgeRoutes = (app: FastifyInstance, options: EdgeRoutesOptions): void => {
  app.decorateRequest('edgeId', '')
  app.addHook('onRequest', async (request, reply) => {
    const edge = await options.edgeOf(request)
    if (edge === null) await reply.code(401).send()
    else request.edgeId = edge
  })
  app.register(
    (scope, _options, done) => {
      openRoute(scope, options)
      askRoutes(scope, options)
      listRoutes(scope, options)
      guideRoutes(scope, options.guides)
      pictureRoute(scope, options.pictures)
      dataRoutes(scope, options)
      syncRoute(scope, options)
      unpackRoute(scope)
      done()
    },
    { prefix: EDGE_API },
  )
}
