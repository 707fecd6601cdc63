import { chmodSync, readFileSync } from 'node:fs'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { EdgeDirectory } from '../../edge/edge-directory.ts'
import { type EdgeRoutesOptions, edgeRoutes } from '../../routes/edge.ts'

/** Bytes of headers: an edge tells of its viewer's request, each part as long as nginx reads one, and encoded. */
const maxHeaderSize = 262_144

/** Both listeners for edges; without a logger, since every request line may hold a ticket or a token. */
const SERVER = {
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  routerOptions: { maxParamLength: 200 },
  // TypeBox made the schemas: validating them against the meta-schema takes longer than compiling
  // them.
  ajv: { customOptions: { validateSchema: false } },
}

/** Connections that may wait: with fewer, connections are refused in a rush of openings. */
const BACKLOG = 4096

const answerFaults = (app: FastifyInstance, log: Logger): void => {
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) {
      // The id of the viewer's request, as the edge's access log has it.
      const id = request.headers['x-gh-request']
      log.error({ err: error, route: request.routeOptions.url, request: id }, 'edge request failed')
    }
    await reply.code(status === 500 ? 503 : status).send()
  })
}

/** The owner-only socket of the edge on this machine. */
export const listenOnSocket = async (
  options: Omit<EdgeRoutesOptions, 'edgeOf'>,
  at: { readonly socket: string; readonly edge: string; readonly log: Logger },
): Promise<FastifyInstance> => {
  const app = Fastify({ ...SERVER, http: { maxHeaderSize } })
  answerFaults(app, at.log)
  edgeRoutes(app, { ...options, edgeOf: async () => await Promise.resolve(at.edge) })
  await app.listen({ path: at.socket, backlog: BACKLOG })
  chmodSync(at.socket, 0o660)
  return app
}

/** Authenticates an edge by `Authorization: Edge <id>:<key>`. */
const edgeByKey =
  (directory: EdgeDirectory) =>
  async (request: FastifyRequest): Promise<string | null> => {
    const match = /^Edge ([a-z0-9_-]{1,32}):(\S{16,128})$/.exec(request.headers.authorization ?? '')
    const [, id, key] = match ?? []
    if (id === undefined || key === undefined) return null
    return (await directory.isKey(id, key)) ? id : null
  }

/** The TLS listener of edges on other machines. */
export const listenOnTls = async (
  options: Omit<EdgeRoutesOptions, 'edgeOf'>,
  at: {
    readonly host: string
    readonly port: number
    readonly certificateFile: string
    readonly keyFile: string
    readonly directory: EdgeDirectory
    readonly log: Logger
  },
): Promise<FastifyInstance> => {
  const https = {
    cert: readFileSync(at.certificateFile),
    key: readFileSync(at.keyFile),
    minVersion: 'TLSv1.2',
    maxHeaderSize,
  } as const
  const app = Fastify({ ...SERVER, https })
  answerFaults(app, at.log)
  edgeRoutes(app, { ...options, edgeOf: edgeByKey(at.directory) })
  await app.listen({ host: at.host, port: at.port, backlog: BACKLOG })
  return app
}
