import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { dashboardPages, PAGE_POLICY } from '../dashboard/pages.ts'
import adminAuth, { type AdminAuthOptions } from '../plugins/admin-auth.ts'
import problem from '../plugins/problem.ts'
import type { AccountRoutesOptions } from './admin/accounts/account-options.ts'
import { accountRoutes } from './admin/accounts/accounts.ts'
import { type KeyRoutesOptions, keyRoutes } from './admin/accounts/keys.ts'
import { plainJson } from './admin/common/plain-json.ts'
import { type BanRoutesOptions, banRoutes } from './admin/live/bans.ts'
import { type OperationsOptions, operationRoutes } from './admin/live/operations.ts'
import { type SessionRoutesOptions, sessionRoutes } from './admin/live/sessions.ts'
import { describedOperation } from './api-description.ts'
import { type HealthOptions, healthRoutes } from './health.ts'
import { type WebhookOptions, webhookRoutes } from './webhooks.ts'
import { whyRoutes } from './why/why.ts'

export interface AdminApiOptions {
  readonly auth: AdminAuthOptions
  readonly accounts: AccountRoutesOptions
  readonly sessions: SessionRoutesOptions
  readonly bans: BanRoutesOptions
  readonly keys: KeyRoutesOptions
  readonly operations: OperationsOptions
  readonly health: HealthOptions
  readonly webhooks: WebhookOptions
  /** Further routes below `/api/v1`: explain, detection, imports. */
  readonly more: readonly ((app: FastifyInstance) => void)[]
  readonly version: string
  /** Folder of the built dashboard; `null` = it is not served. */
  readonly pages: string | null
}

const REQUESTS_A_MINUTE = 1200
const DOCS = '/api/docs'

const docs = {
  title: 'Gatehouse admin API',
  description:
    'Everything the dashboard and the CLI do. Times are Unix milliseconds; lists are paged by cursor; errors are problem details (RFC 9457).',
}

/** A client that always names JSON may send none, with DELETE for one. */
const acceptEmptyJson = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null)
    else void parse(request, body.toString(), done)
  })
}

/** A misspelt parameter is an error: ignored, it would select more than was meant. */
const refuseUnknownParameters = (api: FastifyInstance): void => {
  api.addHook('onRoute', ({ schema }) => {
    const query: unknown = schema?.querystring
    if (schema !== undefined && typeof query === 'object' && query !== null)
      schema.querystring = { additionalProperties: false, ...query }
  })
}

/** Every endpoint says who may use it; the description of the API says so too. */
const requirePermissions = (api: FastifyInstance): void => {
  api.addHook('onRoute', ({ url, method, config }) => {
    if (config?.permission === undefined)
      throw new Error(`${String(method)} ${url} declares no permission`)
  })
}

/** The policy of everything that is no page; pages say what they may besides. */
const NO_PAGE = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
}

const RATE_LIMIT = {
  max: REQUESTS_A_MINUTE,
  timeWindow: '1 minute',
  // Who hung up meanwhile has no address any more.
  keyGenerator: ({ ip }: { readonly ip?: string }) => rateLimit.normalizeIP(ip ?? ''),
}

/** The whole admin API on one Fastify instance. */
export const adminApi = async (app: FastifyInstance, options: AdminApiOptions): Promise<void> => {
  acceptEmptyJson(app)
  await app.register(problem)
  await app.register(helmet, { contentSecurityPolicy: NO_PAGE })
  // The owner-only socket has no client address to count by, and needs no rate limit.
  if (options.auth.trusted === null) {
    await app.register(rateLimit, RATE_LIMIT)
  }
  await app.register(swagger, {
    transform: ({ schema, url, route }) => ({
      schema: describedOperation(schema, route.config?.permission, route.method),
      url,
    }),
    openapi: {
      openapi: '3.1.0',
      info: { ...docs, version: options.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  })
  await app.register(adminAuth, options.auth)
  // The pages that describe the API are public; the plugin that serves them cannot declare a permission.
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(DOCS)) route.config = { ...route.config, permission: 'public' }
  })
  await app.register(swaggerUi, { routePrefix: DOCS, staticCSP: PAGE_POLICY })
  healthRoutes(app, options.health)
  whyRoutes(app)
  await webhookRoutes(app, options.webhooks)
  if (options.pages !== null) await dashboardPages(app, options.pages)
  else {
    app.get('/', { config: { permission: 'public' } }, async (_request, reply) =>
      reply.redirect(DOCS),
    )
  }
  const document = Type.Object({ openapi: Type.String() }, { additionalProperties: true })
  app.get(
    '/api/openapi.json',
    {
      schema: { description: 'This document.', response: { 200: document } },
      serializerCompiler: plainJson,
      config: { permission: 'public' },
    },
    () => app.swagger(),
  )
  await app.register(
    (api, _options, done) => {
      refuseUnknownParameters(api)
      requirePermissions(api)
      accountRoutes(api, options.accounts)
      sessionRoutes(api, options.sessions)
      banRoutes(api, options.bans)
      keyRoutes(api, options.keys)
      operationRoutes(api, options.operations)
      for (const routes of options.more) routes(api)
      done()
    },
    { prefix: '/api/v1' },
  )
}
