import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { canonicalHome, isTooWide } from '#domain/networks/home-network'
import type { AccountRef } from '#domain/types'
import { isPerson } from '#domain/viewer/person'
import { readNetworks } from '../../../detect/home-networks.ts'
import type { People } from '../../../people/people.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { idParams } from '../../../schemas/common.ts'
import { homesBody, homesSchema } from '../../../schemas/people.ts'
import type { Feedback } from '../../../store/tables/records.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { ifMatchHeader, requireMatch, withEtag } from '../common/etag.ts'
import { type AccountSources, isAccount } from '../common/known-account.ts'

/** What the routes of homes work with. */
export interface HomesRoutesOptions extends AccountSources {
  readonly people: Pick<People, 'all' | 'membersOf'>
  readonly store: AccountSources['store'] &
    Pick<Tables, 'feedback'> & {
      readonly atomically: (
        work: (tables: Pick<Tables, 'feedback'>) => Promise<void>,
      ) => Promise<void>
    }
  /** Judges accounts anew. */
  readonly regroup: (accounts: readonly AccountRef[]) => Promise<void>
  readonly audit: AuditTrail
}

type Homes = Static<typeof homesSchema>

/** A network said to be home, as it is kept. Throws for what is none, and for what holds half the world. */
export const homeOf = (value: string): string => {
  const [problem] = readNetworks([value]).problems
  if (problem !== undefined)
    throw new ProblemError('request.invalid', detail('network.wrong', { value }))
  if (isTooWide(value))
    throw new ProblemError('request.invalid', detail('home.wide', { value: value.trim() }))
  return canonicalHome(value)
}

const isHome = ({ kind, verdict }: Feedback): boolean => kind === 'home' && verdict === 'fine'

const wordsOf = async (
  { feedback }: Pick<Tables, 'feedback'>,
  accounts: readonly AccountRef[],
): Promise<Feedback[]> => {
  const words = await Promise.all(accounts.map((account) => feedback.ofAccount(account)))
  // Those of older releases are kept as they were spelt.
  return words
    .flat()
    .filter(isHome)
    .map((word) => ({ ...word, value: canonicalHome(word.value) }))
}

const homesIn = (words: readonly Feedback[]): string[] =>
  [...new Set(words.map(({ value }) => value))].sort()

interface Change {
  readonly accounts: readonly AccountRef[]
  readonly before: readonly Feedback[]
  readonly added: readonly string[]
  readonly removed: ReadonlySet<string>
  readonly by: string
}

const changeHomes = async (
  { store, clock }: Pick<HomesRoutesOptions, 'store' | 'clock'>,
  { accounts, before, added, removed, by }: Change,
): Promise<void> => {
  const kept = before.filter(({ value }) => !removed.has(value))
  await store.atomically(async ({ feedback }) => {
    for (const { id, value } of before) if (removed.has(value)) await feedback.remove(id)
    for (const account of accounts)
      for (const value of new Set(added)) {
        if (kept.some((word) => word.account === account && word.value === value)) continue
        const word = { account, kind: 'home', value, verdict: 'fine', by } as const
        await feedback.put({ id: randomUUID(), at: clock(), ...word })
      }
  })
}

const expectKnown = (removed: ReadonlySet<string>, before: readonly Feedback[]): void => {
  const homes = homesIn(before)
  const unknown = [...removed].find((value) => !homes.includes(value))
  if (unknown !== undefined)
    throw new ProblemError('not.found', detail('home.missing', { value: unknown }))
}

const homesOf = (accounts: readonly AccountRef[], words: readonly Feedback[]): Homes => ({
  accounts: [...accounts],
  homes: homesIn(words),
})

/** `/people/:id/homes`: networks that are a person's home; each of the person's accounts has them, and keeps them when split off. */
export const homesRoutes = (plain: FastifyInstance, options: HomesRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { people, store, regroup, audit } = options
  const accountsOf = async (id: string): Promise<readonly AccountRef[]> => {
    const person = people.all().find((one) => one.id === id)
    if (person !== undefined) return person.accounts
    const account = accountRef(id)
    if (!isPerson(account))
      throw new ProblemError('request.invalid', detail('account.nobody', { account }))
    if (!(await isAccount(options, account)))
      throw new ProblemError('not.found', detail('account.missing', { id }))
    return people.membersOf(account)
  }
  const answer = async (accounts: readonly AccountRef[]): Promise<Homes> =>
    homesOf(accounts, await wordsOf(store, accounts))
  app.get(
    '/people/:id/homes',
    {
      schema: { params: idParams, response: { 200: homesSchema } },
      config: { permission: 'findings:read' },
    },
    async ({ params }, reply) => withEtag(reply, await answer(await accountsOf(params.id))),
  )
  app.patch(
    '/people/:id/homes',
    {
      schema: {
        params: idParams,
        headers: ifMatchHeader,
        body: homesBody,
        response: { 200: homesSchema },
      },
      config: { permission: 'findings:write' },
    },
    async (request, reply) => {
      const accounts = await accountsOf(request.params.id)
      const added = (request.body.add ?? []).map(homeOf)
      const removed = new Set((request.body.remove ?? []).map(canonicalHome))
      const before = await wordsOf(store, accounts)
      requireMatch(request, reply, homesOf(accounts, before))
      expectKnown(removed, before)
      const by = request.actor.name
      await changeHomes(options, { accounts, before, added, removed, by })
      await regroup(accounts)
      const after = await answer(accounts)
      await audit(request, 'person.homes', {
        subject: accounts[0] ?? '',
        before: homesIn(before),
        after: after.homes,
      })
      return withEtag(reply, after)
    },
  )
}
