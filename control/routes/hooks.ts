import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HookAnswer, HookPipeline, HookPlay } from '../access/admission/hook-play.ts'
import type { ReadPlay } from '../access/servers/checked-play.ts'
import { type Fields, readAuthRequest, readFlussonic, readRtmp } from './hook-requests.ts'

export interface HookRoutesOptions {
  readonly pipeline: HookPipeline
  /** Whether a caller is authorised, by its address and the secret it presents. */
  readonly isTrusted: (address: string, secret: string | null) => boolean
  /** Seconds between updates of nginx-rtmp (`notify_update_timeout`). */
  readonly rtmpUpdateSec: () => number
}

const MAX_BODY_BYTES = 1_048_576
const MAX_SERVER_NAME = 32
/** Another server asks again well before the slot runs out. */
const ASK_AGAIN = 3

const fieldsOf = (source: unknown): Fields =>
  new Map(
    Object.entries(typeof source === 'object' && source !== null ? source : {}).flatMap(
      ([name, value]: [string, unknown]) => (typeof value === 'string' ? [[name, value]] : []),
    ),
  )

/** The name a caller gives itself in the path, so that several servers stay apart. */
const serverOf = (request: FastifyRequest, kind: string): string => {
  const name = fieldsOf(request.params).get('server') ?? ''
  return name === '' ? kind : `${kind}-${name.slice(0, MAX_SERVER_NAME)}`
}

const authDuration = (leaseSec: number): number => Math.max(1, Math.floor(leaseSec / ASK_AGAIN))

/** Flussonic's own headers; every backend of Flussonic answers so. */
const replyFlussonic = (reply: FastifyReply, answer: HookAnswer): FastifyReply => {
  if (answer.verdict === 'allow')
    return reply.header('X-AuthDuration', authDuration(answer.leaseSec)).send()
  if (answer.verdict === 'redirect')
    return reply.code(302).header('Location', answer.location).send()
  return reply
    .code(403)
    .header('X-Gatehouse-Reason', answer.reason)
    .header('X-AuthDuration', Math.max(1, answer.denySec))
    .send()
}

/** 204 or 403, the statuses that auth_request and nginx-rtmp distinguish. */
const replyPlain = (reply: FastifyReply, answer: HookAnswer): FastifyReply => {
  if (answer.verdict === 'allow') return reply.code(204).send()
  const reason = answer.verdict === 'deny' ? answer.reason : 'backend.redirect'
  return reply.code(403).header('X-Gatehouse-Reason', reason).send()
}

const RTMP_VERBS: ReadonlyMap<string, keyof HookPipeline> = new Map([
  ['play', 'open'],
  ['update_play', 'update'],
  ['play_done', 'close'],
  ['done', 'close'],
])

const replyRtmp = async (
  reply: FastifyReply,
  play: HookPlay,
  { pipeline, verb }: { pipeline: HookPipeline; verb: keyof HookPipeline },
): Promise<FastifyReply> => {
  if (verb !== 'close') return replyPlain(reply, await pipeline[verb](play))
  await pipeline.close(play)
  return reply.code(204).send()
}

const malformed = (reply: FastifyReply, read: Extract<ReadPlay, { ok: false }>): FastifyReply =>
  reply
    .code(reply.statusCode === 403 ? 403 : 400)
    .header('X-Gatehouse-Reason', 'request.malformed')
    .send({ detail: read.why })

/** Our decision for other servers: Flussonic's protocol, `auth_request`, nginx-rtmp. */
export const hookRoutes = async (
  app: FastifyInstance,
  { pipeline, isTrusted, rtmpUpdateSec }: HookRoutesOptions,
): Promise<void> => {
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES })
  app.addHook('onRequest', async (request, reply) => {
    const header = request.headers['x-hook-secret']
    const secret = typeof header === 'string' ? header : fieldsOf(request.query).get('secret')
    if (isTrusted(request.ip, secret ?? null)) return undefined
    return await reply.code(401).send({ detail: 'this caller is not trusted' })
  })
  for (const path of ['/auth/flussonic', '/auth/flussonic/:server'])
    app.get(path, async (request, reply) => {
      const fields = fieldsOf(request.query)
      const read = readFlussonic(fields, serverOf(request, 'flussonic'))
      if (!read.ok) return malformed(reply, read)
      const isUpdate = fields.get('request_type') === 'update_session'
      return replyFlussonic(reply, await pipeline[isUpdate ? 'update' : 'open'](read.play))
    })
  for (const path of ['/auth/request', '/auth/request/:server'])
    app.get(path, async (request, reply) => {
      const read = readAuthRequest(fieldsOf(request.headers), serverOf(request, 'auth'))
      // nginx makes a 500 of anything but 401 and 403.
      if (!read.ok) return malformed(reply.code(403), read)
      return replyPlain(reply, await pipeline.update(read.play))
    })
  for (const path of ['/auth/rtmp', '/auth/rtmp/:server'])
    app.post(path, { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
      const fields = fieldsOf(request.body)
      const call = fields.get('call')
      // nginx-rtmp appends the viewer's own arguments: `?call=publish` must not be taken for
      // nginx's own argument.
      if (call === undefined) return malformed(reply, { ok: false, why: 'call must stand once' })
      const verb = RTMP_VERBS.get(call)
      // Calls for publishing and recording are always allowed.
      if (verb === undefined) return reply.code(204).send()
      const read = readRtmp(fields, serverOf(request, 'rtmp'), rtmpUpdateSec())
      if (!read.ok) return malformed(reply, read)
      return await replyRtmp(reply, read.play, { pipeline, verb })
    })
}
