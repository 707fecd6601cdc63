import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ReasonId } from '#domain/reasons'
import { ProblemError } from '../../plugins/problem.ts'
import { pageOf } from '../../schemas/accounts.ts'
import { idParams, pageQuery, readSort } from '../../schemas/common.ts'
import {
  BAN_KINDS,
  banCreate,
  banCreated,
  banQuery,
  banSchema,
  downloadSchema,
} from '../../schemas/sessions.ts'
import type { Ban, BanKind, BanStore } from '../../sessions/session-store.ts'
import type { Nouns } from '../../store/stores.ts'
import { accountRef } from './account-ref.ts'
import type { AuditTrail } from './audit-trail.ts'
import { banSubject } from './ban-subject.ts'

export interface BanRoutesOptions {
  readonly bans: BanStore
  readonly store: Pick<Nouns, 'downloads'>
  readonly audit: AuditTrail
  readonly clock: () => number
  readonly v6Prefix: () => number
}

const REASONS: Record<BanKind, ReasonId> = {
  session: 'ban.session',
  device: 'ban.device',
  download: 'ban.download',
  account: 'ban.account',
  network: 'ban.network',
}

const YEAR_SEC = 365 * 86_400
/** Beyond any date a ban is lifted at by itself: shown as for good. */
const FOR_GOOD_MS = 50 * YEAR_SEC * 1000

const idOf = ({ kind, subject }: Ban): string => `${kind}:${subject}`

const shown = (ban: Ban, now: number): Static<typeof banSchema> => ({
  id: idOf(ban),
  kind: ban.kind,
  subject: ban.subject,
  reason: ban.reason,
  by: ban.by,
  until: ban.until - now > FOR_GOOD_MS ? null : ban.until,
})

const BAN_SORTS = ['until', 'kind', 'subject'] as const

/** One page of the active bans, which are all in memory. */
const pageOfBans = (
  bans: readonly Ban[],
  { kind, account, sort, limit, after }: Static<typeof banQuery>,
): { items: Ban[]; next: string | null } => {
  const order = readSort(sort, BAN_SORTS)
  if (!order) throw new ProblemError('request.invalid', `Sort by ${BAN_SORTS.join(', ')}.`)
  const field = order.sort ?? 'subject'
  const sign = order.descending ? -1 : 1
  const ref = account === undefined ? null : accountRef(account)
  const isWanted = (ban: Ban) =>
    (kind === undefined || ban.kind === kind) &&
    (ref === null || ban.subject === ref || ban.subject.startsWith(`${ref}|`))
  const placed = bans.filter(isWanted).map((ban) => ({ ban, id: idOf(ban) }))
  placed.sort((one, two) => {
    const [x, y] = [one.ban[field], two.ban[field]]
    if (x !== y) return x < y ? -sign : sign
    return one.id < two.id ? -1 : 1
  })
  const from = after === undefined ? 0 : placed.findIndex(({ id }) => id === after) + 1
  const page = placed.slice(from, from + (limit ?? placed.length))
  const isMore = from + page.length < placed.length
  return { items: page.map(({ ban }) => ban), next: isMore ? (page.at(-1)?.id ?? null) : null }
}

const banRoutesOnly = (plain: FastifyInstance, options: BanRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { bans, audit, clock } = options
  const write = { permission: 'bans:write' }
  app.get(
    '/bans',
    {
      schema: {
        querystring: banQuery,
        response: { 200: pageOf(banSchema) },
      },
      config: { permission: 'bans:read' },
    },
    (request) => {
      const { items, next } = pageOfBans(bans.list(), request.query)
      return { items: items.map((ban) => shown(ban, clock())), next }
    },
  )
  app.post(
    '/bans',
    { schema: { body: banCreate, response: { 201: banCreated } }, config: write },
    async (request, reply) => {
      const { kind, seconds = YEAR_SEC, note } = request.body
      const subject = banSubject(kind, request.body.subject, options.v6Prefix())
      const until = clock() + seconds * 1000
      const by = `admin:${request.actor.name}`
      const ban: Ban = { kind, subject, until, reason: REASONS[kind], by }
      const { kill } = await bans.ban(ban)
      const after = { ...ban, note: note ?? null }
      await audit(request, 'ban.create', { subject: `${kind}:${subject}`, after })
      return await reply.code(201).send({ ban: shown(ban, clock()), ended: kill.length })
    },
  )
  app.delete(
    '/bans/:kind/*',
    { schema: { params: Type.Object({ kind: Type.String(), '*': Type.String() }) }, config: write },
    async (request, reply) => {
      const kind = BAN_KINDS.find((k) => k === request.params.kind)
      if (!kind)
        throw new ProblemError('not.found', `There is no kind of ban '${request.params.kind}'.`)
      const subject = banSubject(kind, request.params['*'], options.v6Prefix())
      if (!(await bans.unban(kind, subject))) {
        throw new ProblemError('not.found', `There is no ban on ${kind} '${subject}'.`)
      }
      await audit(request, 'ban.lift', { subject: `${kind}:${subject}` })
      return await reply.code(204).send()
    },
  )
}

const SORTS = ['issuedAt', 'firstUsedAt'] as const

/** `/bans` and `/downloads`. */
export const banRoutes = (plain: FastifyInstance, options: BanRoutesOptions): void => {
  banRoutesOnly(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { bans, store, audit, clock } = options
  app.get(
    '/downloads',
    {
      schema: {
        querystring: Type.Object({
          ...pageQuery,
          account: Type.Optional(Type.String()),
          group: Type.Optional(Type.String()),
        }),
        response: { 200: pageOf(downloadSchema) },
      },
      config: { permission: 'downloads:read' },
    },
    async (request) => {
      const { limit, after, sort, account, group } = request.query
      const order = readSort(sort, SORTS)
      if (!order) throw new ProblemError('request.invalid', `Sort by ${SORTS.join(', ')}.`)
      const page = await store.downloads.list({ where: { account, group }, limit, after, ...order })
      return { items: [...page.rows], next: page.next }
    },
  )
  app.post(
    '/downloads/:id/revoke',
    {
      schema: { params: idParams, response: { 200: Type.Object({ ended: Type.Integer() }) } },
      config: { permission: 'downloads:write' },
    },
    async (request) => {
      const { id } = request.params
      if (!/^[A-Za-z0-9_-]{16}$/.test(id)) {
        throw new ProblemError('request.invalid', 'A download id has 16 characters.')
      }
      const until = clock() + YEAR_SEC * 1000
      const by = `admin:${request.actor.name}`
      const { kill } = await bans.ban({
        kind: 'download',
        subject: id,
        until,
        reason: 'ticket.revoked',
        by,
      })
      await store.downloads.revoke(id, clock())
      await audit(request, 'download.revoke', { subject: id })
      return { ended: kill.length }
    },
  )
}
