import { createHash, timingSafeEqual } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type EdgeRoutesOptions, edgeRoutes } from '../routes/edge.ts'
import type { Edge } from '../store/records.ts'

/** Both listeners for edges; without a logger, since every request line may hold a ticket or a token. */
const SERVER = {
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  routerOptions: { maxParamLength: 200 },
}

const answerFaults = (app: FastifyInstance, log: Logger): void => {
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500)
      log.error({ err: error, route: request.routeOptions.url }, 'edge request failed')
    await reply.code(status === 500 ? 503 : status).send()
  })
}

/** The owner-only socket of the edge on this machine. */
export const listenOnSocket = async (
  options: Omit<EdgeRoutesOptions, 'edgeOf'>,
  at: { readonly socket: string; readonly edge: string; readonly log: Logger },
): Promise<FastifyInstance> => {
  const app = Fastify(SERVER)
  answerFaults(app, at.log)
  edgeRoutes(app, { ...options, edgeOf: async () => await Promise.resolve(at.edge) })
  await app.listen({ path: at.socket })
  chmodSync(at.socket, 0o660)
  return app
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Tells an edge by `Authorization: Edge <id>:<key>`. */
const edgeByKey =
  (find: (id: string) => Promise<Edge | null>) =>
  async (request: FastifyRequest): Promise<string | null> => {
    const match = /^Edge ([a-z0-9_-]{1,32}):(\S{16,128})$/.exec(request.headers.authorization ?? '')
    const [, id, key] = match ?? []
    if (id === undefined || key === undefined) return null
    const edge = await find(id)
    if (!edge || edge.revokedAt !== null) return null
    const isKey = timingSafeEqual(Buffer.from(edge.keyHash, 'hex'), digest(key))
    return isKey ? edge.id : null
  }

/** The TLS listener of edges on other machines. */
export const listenOnTls = async (
  options: Omit<EdgeRoutesOptions, 'edgeOf'>,
  at: {
    readonly host: string
    readonly port: number
    readonly certificateFile: string
    readonly keyFile: string
    readonly find: (id: string) => Promise<Edge | null>
    readonly log: Logger
  },
): Promise<FastifyInstance> => {
  const https = {
    cert: readFileSync(at.certificateFile),
    key: readFileSync(at.keyFile),
    minVersion: 'TLSv1.2',
  } as const
  const app = Fastify({ ...SERVER, https })
  answerFaults(app, at.log)
  edgeRoutes(app, { ...options, edgeOf: edgeByKey(at.find) })
  await app.listen({ host: at.host, port: at.port })
  return app
}
