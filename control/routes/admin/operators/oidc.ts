import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type OidcPerson, type OidcSignIn, PENDING_MS } from '../../../operators/oidc.ts'
import type { SignIns } from '../../../operators/sign-ins.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { originOf, type PlaceOf, setCookie } from './cookies.ts'

/** What signing in by OpenID Connect works with. */
export interface OidcRoutesOptions {
  /** `null` = it is not configured. */
  readonly oidc: OidcSignIn | null
  readonly signIns: SignIns
  readonly audit: AuditTrail
  readonly placeOf: PlaceOf
  /** Path of the dashboard, as browsers see it. */
  readonly basePath: string
  readonly warn: (error: unknown) => void
}

/** Cookie of a browser on its way to the provider and back; not `strict`, since the provider sends it back. */
const PENDING_COOKIE = 'gatehouse-oidc'
const open = { permission: 'public' }
const NOBODY = { name: 'nobody', permissions: [] }
/** What a provider adds to its answer is its own matter. */
const answerQuery = Type.Object(
  {
    code: Type.Optional(Type.String({ maxLength: 4096 })),
    state: Type.Optional(Type.String({ maxLength: 4096 })),
    error: Type.Optional(Type.String({ maxLength: 4096 })),
  },
  { additionalProperties: true },
)
const redirect = { response: { 302: Type.Null({ description: 'Leads the browser on.' }) } }

const answer = async (
  options: OidcRoutesOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  person: OidcPerson,
): Promise<string | null> => {
  const { signIns, audit, placeOf } = options
  const { id, name, role, claimed } = person
  if (role === null) {
    const after = { ...originOf(request), claimed }
    await audit({ actor: NOBODY }, 'sign-in.refused', { subject: name, after })
    return 'no_role'
  }
  const signIn = await signIns.withProvider({ id, name, role }, originOf(request))
  const actor = { name: signIn.operator.name, permissions: [] }
  const after = { ...originOf(request), role, by: 'oidc' }
  await audit({ actor }, 'sign-in', { subject: signIn.operator.name, after })
  setCookie(reply, placeOf(request), signIn.secret)
  return null
}

/** `GET /auth/oidc` leads to the provider, `GET /auth/oidc/callback` back to the dashboard; `#/sign-in?problem=oidc.…` where nobody is signed in. */
export const oidcRoutes = (plain: FastifyInstance, options: OidcRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { placeOf, basePath, warn } = options
  const configured = (): OidcSignIn => {
    if (options.oidc === null) throw new ProblemError('not.found', detail('sign_in.no_provider'))
    return options.oidc
  }
  const lead = async (reply: FastifyReply, problem: string | null) =>
    await reply.redirect(
      problem === null ? `${basePath}/` : `${basePath}/#/sign-in?problem=oidc.${problem}`,
    )
  app.get('/auth/oidc', { schema: redirect, config: open }, async (request, reply) => {
    const oidc = configured()
    try {
      const { url, cookie } = await oidc.begin()
      reply.setCookie(PENDING_COOKIE, cookie, {
        ...placeOf(request),
        httpOnly: true,
        sameSite: 'lax',
        maxAge: PENDING_MS / 1000,
      })
      return await reply.redirect(url)
    } catch (error) {
      warn(error)
      return await lead(reply, 'unreachable')
    }
  })
  app.get(
    '/auth/oidc/callback',
    { schema: { querystring: answerQuery, ...redirect }, config: open },
    async (request, reply) => {
      const oidc = configured()
      const cookie = request.cookies[PENDING_COOKIE]
      reply.clearCookie(PENDING_COOKIE, placeOf(request))
      if (cookie === undefined) return await lead(reply, 'expired')
      const mark = request.url.indexOf('?')
      const query = mark < 0 ? '' : request.url.slice(mark)
      try {
        const person = await oidc.finish(query, cookie)
        return await lead(reply, await answer(options, request, reply, person))
      } catch (error) {
        warn(error)
        return await lead(reply, 'refused')
      }
    },
  )
}
