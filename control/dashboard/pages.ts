import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Nothing but our own files runs, and no other page shows ours in a frame. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

const INDEX = 'index.html'

/** Whether the pages were built into a folder. */
export const hasPages = (folder: string): boolean => existsSync(join(folder, INDEX))

/**
 * Serves the built pages: `/` and `/assets/…`, whose names change with what is in them. Everything else of the address stands behind `#`, so
 * that a proxy may put the whole below any path.
 */
export const dashboardPages = async (app: FastifyInstance, folder: string): Promise<void> => {
  const isPublic = { config: { permission: 'public' } }
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    decorateReply: true,
    cacheControl: false,
  })
  app.get('/', isPublic, async (_request, reply) =>
    reply.headers({ ...HEADERS, 'cache-control': 'no-cache' }).sendFile(INDEX),
  )
  app.get<{ Params: { '*': string } }>('/assets/*', isPublic, async (request, reply) => {
    const headers = { ...HEADERS, 'cache-control': 'public, max-age=31536000, immutable' }
    return reply.headers(headers).sendFile(`assets/${request.params['*']}`)
  })
  for (const name of ['app.webmanifest', 'worker.js'])
    app.get(`/${name}`, isPublic, async (_request, reply) =>
      reply.headers({ ...HEADERS, 'cache-control': 'no-cache' }).sendFile(name),
    )
  app.get('/components', isPublic, async (_request, reply) => reply.redirect('./#/components'))
}
