import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ProblemError } from './problem.ts'

/** What a token may do: `sessions:read`, `bans:write`, … or `*`. */
export type Permission = string

/** The actor, for the audit log. */
export interface Actor {
  readonly name: string
  readonly permissions: readonly Permission[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Permission the route asks for; `public` needs no token. */
    permission?: Permission
  }
  interface FastifyRequest {
    actor: Actor
  }
}

export interface AdminAuthOptions {
  /** Host names (without port) the API answers to; `null` on the unix socket. */
  readonly hosts: readonly string[] | null
  /** The actor a token belongs to; compares in constant time. */
  readonly actorOf: (token: string) => Promise<Actor | null>
  /** Actor of connections that need no token: the owner-only unix socket. */
  readonly trusted: Actor | null
}

const NOBODY: Actor = { name: 'nobody', permissions: [] }

const hostOf = (request: FastifyRequest): string =>
  (request.headers.host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()

const bearerOf = (request: FastifyRequest): string | null => {
  const header = request.headers.authorization ?? ''
  return /^bearer /i.test(header) ? header.slice(7).trim() : null
}

const may = (actor: Actor, permission: Permission): boolean => {
  const [area] = permission.split(':')
  return actor.permissions.some(
    (granted) => granted === '*' || granted === permission || granted === `${area}:*`,
  )
}

/** Host allow-list, bearer token and permission, before anything else runs. */
const adminAuth = (app: FastifyInstance, options: AdminAuthOptions): void => {
  app.decorateRequest('actor')
  app.addHook('onRequest', async (request) => {
    request.actor = NOBODY
    if (options.hosts !== null && !options.hosts.includes(hostOf(request))) {
      throw new ProblemError(
        'host.refused',
        `Add '${hostOf(request)}' to admin.hosts if you reach the API by that name.`,
      )
    }
    const permission = request.routeOptions.config.permission
    if (permission === 'public' || request.is404) return
    if (options.trusted !== null) {
      request.actor = options.trusted
      return
    }
    const token = bearerOf(request)
    if (token === null) {
      throw new ProblemError('auth.missing', 'Send it as `Authorization: Bearer …`.')
    }
    const actor = await options.actorOf(token)
    if (actor === null) throw new ProblemError('auth.wrong')
    if (!may(actor, permission ?? '*')) {
      throw new ProblemError('permission.missing', `It needs ${permission ?? '*'}.`)
    }
    request.actor = actor
  })
}

export default fp(
  (app: FastifyInstance, options: AdminAuthOptions, done) => {
    adminAuth(app, options)
    done()
  },
  { name: 'admin-auth', dependencies: ['problem'] },
)
