import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isSameSecret } from '../accounts/secrets.ts'
import { isGranted } from '../operators/roles.ts'
import { type Masking, maskAnswers } from './masked-answers.ts'
import { ProblemError } from './problem.ts'
import { detail } from './problem-texts.ts'

/** What a token may do: `sessions:read`, `bans:write`, … or `*`. */
export type Permission = string

/** The actor, for the audit log. */
export interface Actor {
  readonly name: string
  readonly permissions: readonly Permission[]
  /** Names and addresses are masked in what it is answered. */
  readonly isMasked?: boolean
  /** Id of the person who signed in, or whose token it is; none for the token of the state folder and the machine itself. */
  readonly person?: string
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
  /** Who a cookie belongs to, and what changes made with it must carry in `X-Gatehouse-CSRF`; `null` = nobody. */
  readonly ofCookie?: (secret: string) => Promise<{ actor: Actor; csrf: string } | null>
  /** For answers that are masked; without it such actors are answered nothing. */
  readonly masking?: Masking
}

/** Cookie of a browser that is signed in. */
export const COOKIE = 'gatehouse-session'

const CHANGES = /^(?:POST|PUT|PATCH|DELETE)$/

const NOBODY: Actor = { name: 'nobody', permissions: [] }

const hostOf = (request: FastifyRequest): string =>
  (request.headers.host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()

/** The token of `Authorization: Bearer …`. */
export const bearerOf = (request: FastifyRequest): string | null => {
  const header = request.headers.authorization ?? ''
  return /^bearer /i.test(header) ? header.slice(7).trim() : null
}

/** Throws `csrf.wrong` for a change that does not carry the mark only our own pages know, or that a browser sends for a page of another site. */
export const requireCsrf = (
  { method, headers }: Pick<FastifyRequest, 'method' | 'headers'>,
  csrf: string,
): void => {
  const shown = headers['x-gatehouse-csrf']
  const site = headers['sec-fetch-site']
  if (CHANGES.test(method) && (site === 'cross-site' || site === 'same-site'))
    throw new ProblemError('csrf.wrong')
  if (CHANGES.test(method) && !(typeof shown === 'string' && isSameSecret(shown, csrf)))
    throw new ProblemError('csrf.wrong')
}

/** The actor of a cookie; a change must carry the mark that only our own pages know. */
const actorOfCookie = async (
  request: FastifyRequest,
  secret: string,
  { ofCookie }: AdminAuthOptions,
): Promise<Actor> => {
  const open = await ofCookie?.(secret)
  if (!open) throw new ProblemError('auth.missing', detail('sign_in.over'))
  requireCsrf(request, open.csrf)
  return open.actor
}

const actorOfRequest = async (
  request: FastifyRequest,
  options: AdminAuthOptions,
): Promise<Actor> => {
  const token = bearerOf(request)
  const secret = request.cookies[COOKIE]
  if (token === null && secret !== undefined) return await actorOfCookie(request, secret, options)
  if (token === null) throw new ProblemError('auth.missing', detail('token.header'))
  const actor = await options.actorOf(token)
  if (actor === null) throw new ProblemError('auth.wrong')
  return actor
}

/** Host allow-list, bearer token and permission, before anything else runs. */
const adminAuth = (app: FastifyInstance, options: AdminAuthOptions): void => {
  app.decorateRequest('actor')
  app.addHook('onRequest', async (request) => {
    request.actor = NOBODY
    if (options.hosts !== null && !options.hosts.includes(hostOf(request))) {
      throw new ProblemError('host.refused', detail('host.add', { host: hostOf(request) }))
    }
    const permission = request.routeOptions.config.permission
    if (permission === 'public' || request.is404) return
    if (options.trusted !== null) {
      request.actor = options.trusted
      return
    }
    const actor = await actorOfRequest(request, options)
    if (!isGranted(actor.permissions, permission ?? '*')) {
      throw new ProblemError(
        'permission.missing',
        detail('permission.needed', { permission: permission ?? '*' }),
      )
    }
    request.actor = actor
  })
}

export default fp(
  async (app: FastifyInstance, options: AdminAuthOptions) => {
    await app.register(cookie)
    adminAuth(app, options)
    maskAnswers(app, options.masking)
  },
  { name: 'admin-auth', dependencies: ['problem'] },
)
