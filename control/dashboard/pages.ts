import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { textAnswer } from '../schemas/answers/text-answer.ts'

/** Nothing but our own files runs, and no other page shows ours in a frame. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

const leadsOn = Type.Null({ description: 'Leads the browser on.' })

const FILES = [
  [
    'app.webmanifest',
    'application/manifest+json',
    'The dashboard as an application that can be installed.',
  ],
  ['worker.js', 'text/javascript', 'What opens the dashboard without a connection.'],
] as const

const INDEX = 'index.html'

/** Whether the pages were built into a folder. */
export const hasPages = (folder: string): boolean => existsSync(join(folder, INDEX))

/**
 * Serves the built pages: `/` and `/assets/…`, whose names change with what is in them. Everything else of the address stands behind `#`, so
 * that a proxy may put the whole below any path.
 */
export const dashboardPages = async (app: FastifyInstance, folder: string): Promise<void> => {
  const config = { permission: 'public' }
  const file = (mediaType: string, description: string) => ({
    schema: { response: { 200: textAnswer(mediaType, description) } },
    config,
  })
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    decorateReply: true,
    cacheControl: false,
    preCompressed: true,
  })
  app.get('/', file('text/html', 'The dashboard.'), async (_request, reply) =>
    reply.headers({ ...HEADERS, 'cache-control': 'no-cache' }).sendFile(INDEX),
  )
  app.get<{ Params: { '*': string } }>(
    '/assets/*',
    file('text/javascript', 'A file of the dashboard, of the type it has.'),
    async (request, reply) => {
      const headers = { ...HEADERS, 'cache-control': 'public, max-age=31536000, immutable' }
      return reply.headers(headers).sendFile(`assets/${request.params['*']}`)
    },
  )
  for (const [name, kind, description] of FILES)
    app.get(`/${name}`, file(kind, description), async (_request, reply) =>
      reply.headers({ ...HEADERS, 'cache-control': 'no-cache' }).sendFile(name),
    )
  app.get(
    '/components',
    { schema: { response: { 302: leadsOn } }, config },
    async (_request, reply) => reply.redirect('./#/components'),
  )
}
