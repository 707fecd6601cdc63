import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { AccountRef } from '#domain/types'
import { isPerson } from '#domain/viewer/person'
import type { People, Person } from '../../../people/people.ts'
import { suggestPeople } from '../../../people/suggest.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, wholePageQuery } from '../../../schemas/common.ts'
import {
  mergeBody,
  peopleQuery,
  personSchema,
  splitBody,
  suggestionSchema,
} from '../../../schemas/people.ts'
import { allRows } from '../../../store/tables/all-rows.ts'
import type { PeopleTables, StoredServerUser } from '../../../store/tables/people-tables.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { pageOfRows } from '../common/row-page.ts'

/** What the routes of people work with. */
export interface PeopleRoutesOptions {
  readonly people: People
  readonly store: Pick<PeopleTables, 'serverUsers'>
  /** Judges accounts anew whose person has changed. */
  readonly regroup: (accounts: readonly AccountRef[]) => Promise<void>
  readonly audit: AuditTrail
}

type Shown = Static<typeof personSchema>
type Users = ReadonlyMap<AccountRef, StoredServerUser>

const read = { permission: 'findings:read' }
const write = { permission: 'findings:write' }

const shown = ({ id, name, accounts }: Person, users: Users): Shown => {
  const rows = accounts.map((account) => {
    const user = users.get(account)
    return {
      account,
      server: user?.server ?? null,
      name: user?.name ?? null,
      email: user?.email ?? null,
      seenAt: user?.seenAt ?? null,
      removedAt: user?.removedAt ?? null,
    }
  })
  return { id, name: name ?? rows.find((row) => row.name !== null)?.name ?? null, accounts: rows }
}

const everybody = (people: People, users: Users): Shown[] => {
  const merged = people.all()
  const taken = new Set(merged.flatMap(({ accounts }) => accounts))
  const single = [...users.values()]
    .filter(({ account }) => !taken.has(account))
    .map(({ account, name }) => ({ id: account, name, accounts: [account] }))
  return [...merged, ...single].map((person) => shown(person, users))
}

const isAbout = ({ name, accounts }: Shown, text: string): boolean =>
  [name, ...accounts.flatMap((one) => [one.account, one.name, one.email])].some(
    (field) => field?.toLowerCase().includes(text.toLowerCase()) === true,
  )

const readRoutes = (plain: FastifyInstance, { people, store }: PeopleRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const usersNow = async (): Promise<Users> =>
    new Map((await allRows(store.serverUsers)).map((user) => [user.account, user]))
  const list = pageOf(personSchema)
  app.get(
    '/people',
    { schema: { querystring: peopleQuery, response: { 200: list } }, config: read },
    async ({ query }) => {
      const { merged, removed, q } = query
      const items = everybody(people, await usersNow()).filter(
        (person) =>
          (merged !== true || person.accounts.length > 1) &&
          (removed !== true || person.accounts.some(({ removedAt }) => removedAt !== null)) &&
          (q === undefined || isAbout(person, q)),
      )
      return pageOfRows(items, query, ['id'])
    },
  )
  app.get(
    '/people/:id',
    { schema: { params: idParams, response: { 200: personSchema } }, config: read },
    async ({ params: { id } }) => {
      const found = everybody(people, await usersNow()).find(
        (person) => person.id === id || person.accounts.some(({ account }) => account === id),
      )
      if (found === undefined) throw new ProblemError('not.found', detail('people.missing', { id }))
      return found
    },
  )
  app.get(
    '/people/suggestions',
    {
      schema: {
        querystring: Type.Object(wholePageQuery),
        response: { 200: pageOf(suggestionSchema) },
      },
      config: read,
    },
    async ({ query }) => {
      const items = suggestPeople([...(await usersNow()).values()], people)
      const rows = items.map(({ by, value, accounts }) => ({
        id: `${by}:${value}`,
        by,
        value,
        accounts: [...accounts],
      }))
      return pageOfRows(rows, query, ['id'])
    },
  )
}

/** `/people`: who has which accounts; suggestions, merging and splitting. */
export const peopleRoutes = (plain: FastifyInstance, options: PeopleRoutesOptions): void => {
  readRoutes(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { people, store, regroup, audit } = options
  const shownNow = async (person: Person): Promise<Shown> =>
    shown(person, new Map((await allRows(store.serverUsers)).map((user) => [user.account, user])))
  app.post(
    '/people/merge',
    { schema: { body: mergeBody, response: { 200: personSchema } }, config: write },
    async (request) => {
      const accounts = request.body.accounts.map(accountRef)
      const nobody = accounts.find((account) => !isPerson(account))
      if (nobody !== undefined)
        throw new ProblemError('request.invalid', detail('account.nobody', { account: nobody }))
      const person = await people.merge(accounts, request.body.name ?? null)
      await regroup(person.accounts)
      await audit(request, 'person.merge', { subject: person.id, after: [...person.accounts] })
      return await shownNow(person)
    },
  )
  app.post(
    '/people/:id/split',
    {
      schema: { params: idParams, body: splitBody, response: { 200: pageOf(personSchema) } },
      config: write,
    },
    async (request) => {
      const { id } = request.params
      const before = people.all().find((person) => person.id === id)
      if (before === undefined)
        throw new ProblemError('not.found', detail('people.missing', { id }))
      const away = request.body.accounts?.map(accountRef) ?? before.accounts
      const stranger = away.find((account) => !before.accounts.includes(account))
      if (stranger !== undefined)
        throw new ProblemError(
          'request.invalid',
          detail('people.stranger', { account: stranger, id }),
        )
      await people.split(id, away)
      await regroup(before.accounts)
      await audit(request, 'person.split', {
        subject: id,
        before: [...before.accounts],
        after: [...away],
      })
      const users = new Map((await allRows(store.serverUsers)).map((user) => [user.account, user]))
      const left = new Set(before.accounts)
      const items = everybody(people, users).filter(({ accounts }) =>
        accounts.some(({ account }) => left.has(account)),
      )
      return { items, next: null }
    },
  )
}
