import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { createGuessDelays } from '../../../operators/guess-delays.ts'
import type { SecondFactors } from '../../../operators/second-factor.ts'
import type { SignIns } from '../../../operators/sign-ins.ts'
import { COOKIE, requireCsrf } from '../../../plugins/admin-auth.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { codeBody, secondFactorOffer, signInOut } from '../../../schemas/api-access.ts'
import { idParams, pageQuery, wholePageQuery } from '../../../schemas/common.ts'
import type { Operator, OperatorTables, SignIn } from '../../../store/tables/operator-tables.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { type PageRequest, pageOfRows } from '../common/row-page.ts'

/** What the routes of one's own access work with. */
export interface OwnAccessOptions {
  readonly signIns: SignIns
  readonly factors: SecondFactors
  readonly operators: OperatorTables['operators']
  readonly audit: AuditTrail
}

const empty = { response: { 204: Type.Null() } }
const signInList = {
  querystring: Type.Object({ ...wholePageQuery, sort: pageQuery.sort }),
  response: { 200: pageOf(signInOut) },
}

/** A page of browsers, the one last seen first. */
const pageOfSignIns = (items: readonly Static<typeof signInOut>[], query: PageRequest) =>
  pageOfRows(items, { sort: '-lastSeenAt', ...query }, ['lastSeenAt', 'createdAt', 'user'])

const MOST = 1000

const shownAs = (
  { operator: _operator, ...signIn }: SignIn,
  user: string,
  current: string | null,
): Static<typeof signInOut> => ({ ...signIn, user, isCurrent: signIn.id === current })

const secretOf = (request: FastifyRequest): string => request.cookies[COOKIE] ?? ''

/** Who is signed in by the cookie; a change needs the mark of our own pages besides. Throws `auth.missing`, `csrf.wrong`. */
export const selfOf = async (signIns: SignIns, request: FastifyRequest): Promise<Operator> => {
  const open = await signIns.ofCookie(secretOf(request))
  if (open === null) throw new ProblemError('auth.missing', detail('sign_in.none'))
  requireCsrf(request, open.csrf)
  return open.operator
}

/** Routes of a person signed in by name: a stranger is refused before anything of the request is judged. */
export const own = (signIns: SignIns) => ({
  config: { permission: 'public' },
  preValidation: async (request: FastifyRequest) => void (await selfOf(signIns, request)),
})

const allSignInRoutes = (
  plain: FastifyInstance,
  { signIns, operators, audit }: OwnAccessOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/sign-ins',
    { schema: signInList, config: { permission: 'users:read' } },
    async (request) => {
      const { rows } = await operators.list({ limit: MOST })
      const names = new Map(rows.map(({ id, name }) => [id, name]))
      const current = signIns.idOf(secretOf(request))
      const items = (await signIns.list()).map((one) =>
        shownAs(one, names.get(one.operator) ?? '', current),
      )
      return pageOfSignIns(items, request.query)
    },
  )
  app.delete(
    '/sign-ins/:id',
    { schema: { params: idParams, ...empty }, config: { permission: 'users:write' } },
    async (request, reply) => {
      if (!(await signIns.end(request.params.id)))
        throw new ProblemError('not.found', detail('sign_in.missing'))
      await audit(request, 'sign-in.end', { subject: request.params.id })
      return await reply.code(204).send(null)
    },
  )
}

const secondFactorRoutes = (
  plain: FastifyInstance,
  { signIns, factors, audit }: OwnAccessOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const delays = createGuessDelays(Date.now)
  app.post(
    '/auth/totp',
    { schema: { response: { 200: secondFactorOffer } }, ...own(signIns) },
    async (request) => {
      const offer = await factors.offer(await selfOf(signIns, request))
      if (offer === null) throw new ProblemError('state.wrong', detail('totp.is_on'))
      return offer
    },
  )
  for (const isOn of [true, false]) {
    app.route({
      method: isOn ? 'PUT' : 'DELETE',
      url: '/auth/totp',
      schema: { body: codeBody, ...empty },
      ...own(signIns),
      handler: async (request, reply) => {
        const { id, name } = await selfOf(signIns, request)
        const { code } = request.body
        const guess = delays.begin([id])
        if (typeof guess === 'number') {
          void reply.header('retry-after', String(guess))
          throw new ProblemError('rate.limited', detail('sign_in.slow', { seconds: guess }))
        }
        const isRight = isOn ? await factors.confirm(id, code) : await factors.accepts(id, code)
        if (!isRight) throw new ProblemError('state.wrong', detail('totp.wrong'))
        guess.succeeded()
        if (!isOn) await factors.remove(id)
        const actor = { name, permissions: [] }
        await audit({ actor }, isOn ? 'second-factor.on' : 'second-factor.off', { subject: name })
        return await reply.code(204).send(null)
      },
    })
  }
}

/** `/auth/sign-ins` and `/auth/totp`: one's own browsers and second factor; `/sign-ins`: everybody's browsers. */
export const ownAccessRoutes = (plain: FastifyInstance, options: OwnAccessOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { signIns, audit } = options
  app.get('/auth/sign-ins', { schema: signInList, ...own(signIns) }, async (request) => {
    const { id, name } = await selfOf(signIns, request)
    const current = signIns.idOf(secretOf(request))
    const items = (await signIns.list(id)).map((one) => shownAs(one, name, current))
    return pageOfSignIns(items, request.query)
  })
  app.delete(
    '/auth/sign-ins/:id',
    { schema: { params: idParams, ...empty }, ...own(signIns) },
    async (request, reply) => {
      const { id, name } = await selfOf(signIns, request)
      if (!(await signIns.end(request.params.id, id)))
        throw new ProblemError('not.found', detail('sign_in.missing'))
      const actor = { name, permissions: [] }
      await audit({ actor }, 'sign-in.end', { subject: request.params.id })
      return await reply.code(204).send(null)
    },
  )
  secondFactorRoutes(plain, options)
  allSignInRoutes(plain, options)
}
