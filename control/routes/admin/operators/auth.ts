import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { isProvided } from '../../../operators/operator-book.ts'
import { isRole, permissionsOf } from '../../../operators/roles.ts'
import type { SecondFactors } from '../../../operators/second-factor.ts'
import type { OpenSignIn, SignInRefusal, SignIns } from '../../../operators/sign-ins.ts'
import { COOKIE } from '../../../plugins/admin-auth.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { authState, linkBody, ownPasswordBody, signInBody } from '../../../schemas/operators.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { originOf, type PlaceOf, setCookie } from './cookies.ts'
import { own, selfOf } from './own-access.ts'

/** What signing in works with. */
export interface AuthRoutesOptions {
  readonly signIns: SignIns
  readonly factors: SecondFactors
  readonly audit: AuditTrail
  readonly version: string
  readonly isDemo: boolean
  /** Name of the OpenID Connect provider; `null` = none. */
  readonly oidc: string | null
  readonly placeOf: PlaceOf
}

const open = { config: { permission: 'public' } }
const answer = { response: { 200: authState } }

const refuse = (reply: FastifyReply, refusal: SignInRefusal): never => {
  if (refusal.refused === 'wrong') throw new ProblemError('auth.refused')
  if (refusal.refused === 'code') throw new ProblemError('totp.required')
  reply.header('retry-after', String(refusal.waitSec))
  throw new ProblemError('rate.limited', detail('sign_in.slow', { seconds: refusal.waitSec }))
}

const authStateOf = async (
  { signIns, factors, version, isDemo, oidc }: AuthRoutesOptions,
  signIn: OpenSignIn | null,
): Promise<Static<typeof authState>> => {
  const role = signIn?.operator.role ?? ''
  const { id, name } = signIn?.operator ?? { id: '', name: '' }
  const known = signIn !== null && isRole(role)
  return {
    mode: (await signIns.operators.isEmpty()) ? 'first-run' : 'sign-in',
    user: known ? { id, name, role } : null,
    permissions: known ? [...permissionsOf(role)] : [],
    csrf: signIn?.csrf ?? null,
    totp: known && (await factors.isOn(id)),
    version,
    demo: isDemo,
    oidc: oidc === null ? null : { name: oidc },
  }
}

/** `PUT /auth/password`: one's own password; every other browser of the same person is signed out. */
const passwordRoute = (plain: FastifyInstance, options: AuthRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { signIns, audit, placeOf } = options
  app.put(
    '/auth/password',
    { schema: { body: ownPasswordBody, ...answer }, ...own(signIns) },
    async (request, reply) => {
      const operator = await selfOf(signIns, request)
      // With a password of their own they would stay when the provider lets them go.
      if (isProvided(operator.id)) throw new ProblemError('state.wrong', detail('password.none'))
      const { password, newPassword } = request.body
      const changed = await signIns.changePassword(
        operator,
        { password, newPassword },
        originOf(request),
      )
      if ('refused' in changed) {
        if (changed.refused === 'wrong')
          throw new ProblemError('state.wrong', detail('password.wrong'))
        return refuse(reply, changed)
      }
      const actor = { name: operator.name, permissions: [] }
      await audit({ actor }, 'password.change', { subject: operator.name })
      setCookie(reply, placeOf(request), changed.secret)
      return await authStateOf(options, changed)
    },
  )
}

/** `/auth`: who is signed in, signing in and out. */
export const authRoutes = (plain: FastifyInstance, options: AuthRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { signIns, audit, placeOf } = options

  const stateOf = async (signIn: OpenSignIn | null) => await authStateOf(options, signIn)
  const welcome = async (
    request: FastifyRequest,
    reply: FastifyReply,
    signIn: OpenSignIn | SignInRefusal,
    by: string,
  ) => {
    if ('refused' in signIn) {
      // Attempts that are refused unread would fill the log.
      const actor = { name: 'nobody', permissions: [] }
      if (signIn.refused === 'wrong')
        await audit({ actor }, 'sign-in.refused', { subject: by, after: originOf(request) })
      return refuse(reply, signIn)
    }
    const actor = { name: signIn.operator.name, permissions: [] }
    await audit({ actor }, 'sign-in', { subject: signIn.operator.name, after: originOf(request) })
    setCookie(reply, placeOf(request), signIn.secret)
    return await stateOf(signIn)
  }

  passwordRoute(plain, options)
  app.get('/auth', { schema: answer, ...open }, async (request) => {
    const secret = request.cookies[COOKIE]
    return await stateOf(secret === undefined ? null : await signIns.ofCookie(secret))
  })
  app.post(
    '/auth/sign-in',
    { schema: { body: signInBody, ...answer }, ...open },
    async (request, reply) => {
      const { name, password, code } = request.body
      const signIn = await signIns.withPassword(name, password, originOf(request), code)
      return await welcome(request, reply, signIn, name)
    },
  )
  app.post(
    '/auth/link',
    { schema: { body: linkBody, ...answer }, ...open },
    async (request, reply) => {
      const { link, name, password } = request.body
      const owner = name !== undefined && password !== undefined ? { name, password } : null
      const signIn = await signIns.withLink(link, owner, originOf(request))
      return await welcome(request, reply, signIn, 'one-time link')
    },
  )
  app.post(
    '/auth/sign-out',
    { schema: { response: { 204: Type.Null() } }, ...open },
    async (request, reply) => {
      const secret = request.cookies[COOKIE]
      if (secret !== undefined) await signIns.signOut(secret)
      reply.clearCookie(COOKIE, placeOf(request))
      return await reply.code(204).send(null)
    },
  )
}
