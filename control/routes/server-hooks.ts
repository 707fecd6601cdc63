import { createHmac } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HookAnswer, HookPipeline, HookPlay } from '../access/admission/hook-play.ts'
import type { HookServer, HookServerKind } from '../access/servers/hook-server.ts'
import { isSameSecret } from '../accounts/secrets.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../sources/model/read-fields.ts'
import {
  readAstra,
  readMediaMtx,
  readOvenMediaEngine,
  readSrs,
  type ServerRequest,
} from './server-requests.ts'

/** What the hooks of `hooks.servers` are answered with. */
export interface ServerHooksOptions {
  readonly pipeline: HookPipeline
  readonly serverOf: (kind: HookServerKind, name: string) => HookServer | null
}

const MAX_BODY_BYTES = 262_144

/** What a server is answered: whether it may go on, and why not. */
interface Told {
  readonly isAllowed: boolean
  readonly reason: string
  /** It told of an end, and waits for no decision. */
  readonly isEnd?: true
}

const YES: Told = { isAllowed: true, reason: '' }
const ENDED: Told = { ...YES, isEnd: true }

const toldOf = (answer: HookAnswer): Told => {
  if (answer.verdict === 'allow') return YES
  const reason = answer.verdict === 'deny' ? answer.reason : 'backend.redirect'
  return { isAllowed: false, reason }
}

const withReason = (reply: FastifyReply, { reason }: Told): FastifyReply =>
  reply.header('X-Gatehouse-Reason', reason)

/** 204 or 403: MediaMTX, Astra. */
const replyByStatus = (reply: FastifyReply, told: Told): FastifyReply =>
  told.isAllowed
    ? reply.code(200).send()
    : withReason(reply, told).code(403).send({ detail: told.reason })

/** SRS goes on at 200 with `code` 0, and at nothing else. */
const replySrs = (reply: FastifyReply, told: Told): FastifyReply =>
  told.isAllowed
    ? reply.code(200).send({ code: 0 })
    : withReason(reply, told).code(403).send({ code: 1, detail: told.reason })

/** OvenMediaEngine reads the body; `lifetime` in milliseconds ends the playback, so that it is decided anew. An end is answered by an empty object. */
const replyOven = (reply: FastifyReply, told: Told, server: HookServer): FastifyReply => {
  if (told.isEnd === true) return reply.code(200).send({})
  return told.isAllowed
    ? reply.code(200).send({ allowed: true, lifetime: server.lifetimeSec * 1000 })
    : withReason(reply, told).code(200).send({ allowed: false, reason: told.reason })
}

type Reply = (reply: FastifyReply, told: Told, server: HookServer) => FastifyReply

interface Protocol {
  readonly method: 'GET' | 'POST'
  readonly read: (request: FastifyRequest, server: HookServer) => ServerRequest
  readonly reply: Reply
}

const withBody =
  (read: (body: Fields, server: HookServer) => ServerRequest): Protocol['read'] =>
  (request, server) => {
    let body: unknown = null
    try {
      body = JSON.parse(textOf(request.body))
    } catch {
      return { what: 'malformed', why: 'the body is not JSON' }
    }
    if (!isFields(body)) return { what: 'malformed', why: 'the body is no JSON object' }
    return read(body, server)
  }

/** The protocols of other servers; their paths are `/auth/<kind>/NAME`. */
const PROTOCOLS: Readonly<Record<HookServerKind, Protocol>> = {
  mediamtx: { method: 'POST', read: withBody(readMediaMtx), reply: replyByStatus },
  srs: { method: 'POST', read: withBody(readSrs), reply: replySrs },
  ovenmediaengine: { method: 'POST', read: withBody(readOvenMediaEngine), reply: replyOven },
  astra: {
    method: 'GET',
    read: ({ headers, query }, server) => readAstra(fieldsOf(headers), fieldsOf(query), server),
    reply: replyByStatus,
  },
}

/** HMAC-SHA1 of the body under the shared key, base64url, as in `X-OME-Signature`. */
const isSigned = (request: FastifyRequest, { signingKey }: HookServer): boolean => {
  if (signingKey === null) return true
  const text = typeof request.body === 'string' ? request.body : ''
  const expected = createHmac('sha1', signingKey).update(text).digest('base64url')
  const header = request.headers['x-ome-signature']
  return typeof header === 'string' && isSameSecret(expected, header.replace(/=+$/, ''))
}

const openAt = async (
  server: HookServer,
  play: HookPlay,
  { pipeline, former }: { pipeline: HookPipeline; former: HookPlay | null },
): Promise<Told> => {
  if (former !== null) await pipeline.close(former)
  const told = toldOf(await pipeline.open(play))
  if (told.isAllowed) server.follower?.opened(play)
  return told
}

const decide = async (
  asked: Exclude<ServerRequest, { what: 'malformed' }>,
  server: HookServer,
  pipeline: HookPipeline,
): Promise<Told | { readonly why: string }> => {
  if (asked.what === 'note') return ENDED
  if (asked.what === 'inside')
    return server.isInside(asked.address) ? YES : { isAllowed: false, reason: 'rule.no_match' }
  if (!asked.read.ok) return asked.read
  if (asked.what === 'open') {
    const former = asked.former?.ok === true ? asked.former.play : null
    return await openAt(server, asked.read.play, { pipeline, former })
  }
  await pipeline.close(asked.read.play)
  return ENDED
}

const answer =
  (kind: HookServerKind, { pipeline, serverOf }: ServerHooksOptions) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const name = textOf(fieldsOf(request.params)['server'])
    const server = serverOf(kind, name)
    if (server === null)
      return reply.code(404).send({ detail: `hooks.servers has no ${kind} named '${name}'` })
    if (!isSigned(request, server))
      return reply.code(401).send({ detail: 'X-OME-Signature is missing or wrong' })
    const { read, reply: tell } = PROTOCOLS[kind]
    const asked = read(request, server)
    const told = asked.what === 'malformed' ? asked : await decide(asked, server, pipeline)
    if ('isAllowed' in told) return tell(reply, told, server)
    return reply
      .code(400)
      .header('X-Gatehouse-Reason', 'request.malformed')
      .send({ detail: told.why })
  }

/** Hooks of the servers of `hooks.servers`: MediaMTX, SRS, OvenMediaEngine, Astra. */
export const serverHookRoutes = async (
  parent: FastifyInstance,
  options: ServerHooksOptions,
): Promise<void> => {
  await parent.register(async (app) => {
    app.removeAllContentTypeParsers()
    // Signatures are over the text as it was sent.
    app.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
      (_r, body, done) => done(null, body),
    )
    const kinds: readonly HookServerKind[] = ['mediamtx', 'srs', 'ovenmediaengine', 'astra']
    for (const kind of kinds)
      app.route({
        method: PROTOCOLS[kind].method,
        url: `/auth/${kind}/:server`,
        bodyLimit: MAX_BODY_BYTES,
        handler: answer(kind, options),
      })
    await Promise.resolve()
  })
}
