import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { BAN_KINDS, BAN_REASONS, type BanKind } from '#domain/reasons'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { bulkOut } from '../../../schemas/bulk.ts'
import { idParams } from '../../../schemas/common.ts'
import {
  banCreate,
  banCreated,
  banQuery,
  banSchema,
  bansBulk,
  downloadQuery,
  downloadSchema,
} from '../../../schemas/sessions.ts'
import type { Ban, BanStore } from '../../../sessions/model/ban-store.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { banSubject } from '../common/ban-subject.ts'
import { eachOf } from '../common/bulk.ts'
import { pageOfRows } from '../common/row-page.ts'
import { sortOrder } from '../common/sort-order.ts'

export interface BanRoutesOptions {
  readonly bans: BanStore
  readonly store: Pick<Tables, 'downloads' | 'accounts'>
  readonly audit: AuditTrail
  readonly clock: () => number
  readonly v6Prefix: () => number
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
  note: ban.note ?? null,
  until: ban.until - now > FOR_GOOD_MS ? null : ban.until,
})

const BAN_SORTS = ['until', 'kind', 'subject'] as const

/** One page of the active bans, which are all in memory. */
const pageOfBans = (bans: readonly Ban[], query: Static<typeof banQuery>, now: number) => {
  const { kind, account } = query
  const ref = account === undefined ? null : accountRef(account)
  const isWanted = (ban: Ban) =>
    (kind === undefined || ban.kind === kind) &&
    (ref === null || ban.subject === ref || ban.subject.startsWith(`${ref}|`))
  return pageOfRows(
    bans.filter(isWanted).map((ban) => shown(ban, now)),
    query,
    BAN_SORTS,
  )
}

const write = { permission: 'bans:write' }

const makeBan = async (
  { bans, audit, clock, v6Prefix }: BanRoutesOptions,
  request: Pick<FastifyRequest, 'actor'>,
  { kind, subject: named, seconds = YEAR_SEC, note }: Static<typeof banCreate>,
): Promise<Static<typeof banCreated>> => {
  const subject = banSubject(kind, named, v6Prefix())
  const until = clock() + seconds * 1000
  const by = `admin:${request.actor.name}`
  const said = note === undefined ? {} : { note }
  const ban: Ban = { kind, subject, until, reason: BAN_REASONS[kind], by, ...said }
  const { kill } = await bans.ban(ban)
  const after = { ...ban, note: note ?? null }
  await audit(request, 'ban.create', { subject: `${kind}:${subject}`, after })
  return { ban: shown(ban, clock()), ended: kill.length }
}

/** Lifts a ban. Throws `not.found` where there is none. */
const liftBan = async (
  { bans, audit, v6Prefix }: BanRoutesOptions,
  request: Pick<FastifyRequest, 'actor'>,
  kind: BanKind,
  named: string,
): Promise<void> => {
  const subject = banSubject(kind, named, v6Prefix())
  if (!(await bans.unban(kind, subject)))
    throw new ProblemError('not.found', detail('ban.missing', { kind, subject }))
  await audit(request, 'ban.lift', { subject: `${kind}:${subject}` })
}

/** Bans that are set together: what they wait for is Redis and the database. */
const AT_ONCE = 50

const bulkBanRoute = (plain: FastifyInstance, options: BanRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.post(
    '/bans/bulk',
    { schema: { body: bansBulk, response: { 200: bulkOut } }, config: write },
    async (request) => {
      const { action, bans } = request.body
      return await eachOf(
        bans,
        ({ kind, subject }) => `${kind}:${subject}`,
        async (ban) =>
          action === 'ban'
            ? await makeBan(options, request, ban)
            : await liftBan(options, request, ban.kind, ban.subject),
        AT_ONCE,
      )
    },
  )
}

const banRoutesOnly = (plain: FastifyInstance, options: BanRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { bans, clock } = options
  app.get(
    '/bans',
    {
      schema: { querystring: banQuery, response: { 200: pageOf(banSchema) } },
      config: { permission: 'bans:read' },
    },
    (request) => pageOfBans(bans.list(), request.query, clock()),
  )
  app.post(
    '/bans',
    { schema: { body: banCreate, response: { 201: banCreated } }, config: write },
    async (request, reply) => {
      const made = await makeBan(options, request, request.body)
      return await reply.code(201).send(made)
    },
  )
  app.delete(
    '/bans/:kind/*',
    { schema: { params: Type.Object({ kind: Type.String(), '*': Type.String() }) }, config: write },
    async (request, reply) => {
      const kind = BAN_KINDS.find((k) => k === request.params.kind)
      if (!kind)
        throw new ProblemError('not.found', detail('ban.kind', { kind: request.params.kind }))
      await liftBan(options, request, kind, request.params['*'])
      return await reply.code(204).send()
    },
  )
}

const OWN = 'own:'

/** Names of those accounts of our own that downloads are of. */
const namesOf = async (
  { accounts }: BanRoutesOptions['store'],
  rows: readonly { readonly account: string }[],
): Promise<ReadonlyMap<string, string>> => {
  const refs = rows.map(({ account }) => account).filter((account) => account.startsWith(OWN))
  const ids = [...new Set(refs)].map((account) => account.slice(OWN.length))
  if (ids.length === 0) return new Map()
  const found = await accounts.list({ where: { id: { in: ids } }, limit: ids.length })
  return new Map(found.rows.map(({ id, name }) => [OWN + id, name]))
}

const SORTS = ['issuedAt', 'firstUsedAt'] as const

const downloadRoutes = (plain: FastifyInstance, { store }: BanRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/downloads',
    {
      schema: { querystring: downloadQuery, response: { 200: pageOf(downloadSchema) } },
      config: { permission: 'downloads:read' },
    },
    async (request) => {
      const { limit, after, sort, account, group } = request.query
      const order = sortOrder(sort, SORTS)
      const page = await store.downloads.list({ where: { account, group }, limit, after, ...order })
      const names = await namesOf(store, page.rows)
      const items = page.rows.map((row) => ({
        ...row,
        accountName: names.get(row.account) ?? null,
      }))
      return { items, next: page.next }
    },
  )
  app.get(
    '/downloads/:id',
    {
      schema: { params: idParams, response: { 200: downloadSchema } },
      config: { permission: 'downloads:read' },
    },
    async ({ params }) => {
      const download = await store.downloads.get(params.id)
      if (!download)
        throw new ProblemError('not.found', detail('download.unused', { id: params.id }))
      const names = await namesOf(store, [download])
      return { ...download, accountName: names.get(download.account) ?? null }
    },
  )
}

/** `/bans` and `/downloads`. */
export const banRoutes = (plain: FastifyInstance, options: BanRoutesOptions): void => {
  banRoutesOnly(plain, options)
  bulkBanRoute(plain, options)
  downloadRoutes(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { bans, store, audit, clock } = options
  app.post(
    '/downloads/:id/revoke',
    {
      schema: { params: idParams, response: { 200: Type.Object({ ended: Type.Integer() }) } },
      config: { permission: 'downloads:write' },
    },
    async (request) => {
      const { id } = request.params
      if (!/^[A-Za-z0-9_-]{16}$/.test(id)) {
        throw new ProblemError('request.invalid', detail('download.wrong'))
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
