import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ApiTokens } from '../../../operators/api-tokens.ts'
import type { OperatorBook } from '../../../operators/operator-book.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { wholePageQuery } from '../../../schemas/common.ts'
import {
  operatorChange,
  operatorIn,
  operatorOut,
  signInLinkIn,
  signInLinkOut,
} from '../../../schemas/operators.ts'
import type { Operator, OperatorTables } from '../../../store/tables/operator-tables.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { etagOf, ifMatchHeader, requireMatch } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'

/** What the routes of people work with. */
export interface UserRoutesOptions {
  readonly operators: OperatorTables['operators']
  readonly people: OperatorBook
  readonly tokens: Pick<ApiTokens, 'removeOf' | 'beyond'>
  readonly audit: AuditTrail
  /** A one-time address of the dashboard; `null` where people sign in by name and none was given. */
  readonly signInLink: (user: string | null) => Promise<string | null>
}

const read = { permission: 'users:read' }
const write = { permission: 'users:write' }
const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })

const shown = ({ passwordHash, ...operator }: Operator): Static<typeof operatorOut> => ({
  ...operator,
  hasPassword: passwordHash !== null,
})

/** What an edit of a person depends on. */
const editable = ({ id, name, role, passwordHash }: Operator) => ({ id, name, role, passwordHash })

const checksOf = (operators: OperatorTables['operators']) => ({
  found: async (id: string): Promise<Operator> => {
    const operator = await operators.get(id)
    if (operator === null) throw new ProblemError('not.found', detail('person.missing'))
    return operator
  },
  /** The last owner stays one: nobody else could let anybody in again. */
  keepAnOwner: async ({ id, role }: Operator): Promise<void> => {
    const { rows } = await operators.list({ where: { role: 'owner' }, limit: 2 })
    if (role === 'owner' && rows.every((row) => row.id === id))
      throw new ProblemError('state.wrong', detail('person.last_owner'))
  },
})

/** `/users`: who may sign in to the dashboard, and as what. */
export const userRoutes = (plain: FastifyInstance, options: UserRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { operators, people, audit } = options
  app.get(
    '/users',
    {
      schema: { querystring: Type.Object(wholePageQuery), response: { 200: pageOf(operatorOut) } },
      config: read,
    },
    async ({ query }) => {
      const { rows, next } = await operators.list({ sort: 'name', ...query })
      return { items: rows.map(shown), next }
    },
  )
  app.post(
    '/users',
    { schema: { body: operatorIn, response: { 201: operatorOut } }, config: write },
    async (request, reply) => {
      const { name, role, password } = request.body
      if ((await people.byName(name)) !== null)
        throw new ProblemError('conflict', detail('person.taken', { name }))
      const operator = await people.put(name, { role, password })
      await audit(request, 'user.create', { subject: operator.name, after: { role } })
      return await reply.code(201).send(shown(operator))
    },
  )
  app.post(
    '/sign-in-links',
    { schema: { body: signInLinkIn, response: { 200: signInLinkOut } }, config: write },
    async (request) => {
      const url = await options.signInLink(request.body.user ?? null)
      if (url === null) throw new ProblemError('state.wrong', detail('sign_in.for_whom'))
      await audit(request, 'sign-in-link.create', { subject: request.body.user ?? 'first owner' })
      return { url }
    },
  )
  changeRoutes(plain, options)
  removeRoute(plain, options)
}

const changeRoutes = (plain: FastifyInstance, options: UserRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { operators, people, tokens, audit } = options
  const { found, keepAnOwner } = checksOf(operators)
  app.get(
    '/users/:id',
    { schema: { params, response: { 200: operatorOut } }, config: read },
    async (request, reply) => {
      const operator = await found(request.params.id)
      void reply.header('etag', etagOf(editable(operator)))
      return shown(operator)
    },
  )
  app.patch(
    '/users/:id',
    {
      schema: {
        params,
        headers: ifMatchHeader,
        body: operatorChange,
        response: { 200: operatorOut },
      },
      config: write,
    },
    async (request, reply) => {
      const { role, password } = request.body
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(password === undefined ? {} : { password }),
      }
      const { before, operator } = await oneAtATime('users', async () => {
        const present = await found(request.params.id)
        requireMatch(request, reply, editable(present))
        if (role !== undefined && role !== 'owner') await keepAnOwner(present)
        return { before: present, operator: await people.put(present.name, change) }
      })
      void reply.header('etag', etagOf(editable(operator)))
      const tokensLimited = role === undefined ? [] : await tokens.beyond(operator.id, role)
      const after = {
        role: operator.role,
        passwordChanged: password !== undefined,
        ...(tokensLimited.length === 0 ? {} : { tokensLimited }),
      }
      await audit(request, 'user.change', {
        subject: operator.name,
        before: { role: before.role },
        after,
      })
      return shown(operator)
    },
  )
}

const removeRoute = (plain: FastifyInstance, options: UserRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { operators, people, tokens, audit } = options
  const { found, keepAnOwner } = checksOf(operators)
  app.delete(
    '/users/:id',
    { schema: { params, headers: ifMatchHeader, response: { 204: Type.Null() } }, config: write },
    async (request, reply) => {
      const { present: operator, tokensRemoved } = await oneAtATime('users', async () => {
        const present = await found(request.params.id)
        requireMatch(request, reply, editable(present))
        await keepAnOwner(present)
        await people.remove(present.id)
        return { present, tokensRemoved: await tokens.removeOf(present.id) }
      })
      await audit(request, 'user.delete', {
        subject: operator.name,
        before: { role: operator.role },
        ...(tokensRemoved.length === 0 ? {} : { after: { tokensRemoved } }),
      })
      return await reply.code(204).send(null)
    },
  )
}
