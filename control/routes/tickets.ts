import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { TicketClaims } from '../access/ports.ts'
import { ProblemError } from '../plugins/problem.ts'
import { detail } from '../plugins/problem-texts.ts'
import type { AuditTrail } from './admin/common/audit-trail.ts'

export interface TicketRoutesOptions {
  readonly mint: (claims: TicketClaims, ttlSec: number) => string
  /** 16 base64url characters, random. */
  readonly newDownload: () => string
  /** The group of an own account, `null` without such an account. */
  readonly groupOfAccount: (id: string) => Promise<{ readonly group: string | null } | null>
  readonly defaultGroup: () => string | null
  readonly hasGroup: (name: string) => boolean
  readonly audit: AuditTrail
  readonly clock: () => number
}

const body = Type.Object({
  account: Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Null()], {
    description: 'Id of an own account.',
  }),
  group: Type.Union([Type.String({ minLength: 1, maxLength: 32 }), Type.Null()]),
  ttlSec: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
})

const made = Type.Object({
  ticket: Type.String(),
  download: Type.String(),
  group: Type.String(),
  expires: Type.Integer({ description: 'Unix seconds.' }),
})

const groupFor = async (
  asked: { account: string | null; group: string | null },
  options: TicketRoutesOptions,
): Promise<string> => {
  const account = asked.account === null ? null : await options.groupOfAccount(asked.account)
  if (asked.account !== null && account === null)
    throw new ProblemError('not.found', detail('account.missing', { id: asked.account }))
  const group = asked.group ?? account?.group ?? options.defaultGroup()
  if (group === null) throw new ProblemError('not.found', detail('group.no_default'))
  if (!options.hasGroup(group))
    throw new ProblemError('not.found', detail('group.missing', { name: group }))
  return group
}

/** `POST /tickets`: issues one ticket, traceable by its download id like any other. */
export const ticketRoutes = (plain: FastifyInstance, options: TicketRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.post(
    '/tickets',
    { schema: { body, response: { 201: made } }, config: { permission: 'tokens:write' } },
    async (request, reply) => {
      const { account, ttlSec } = request.body
      const group = await groupFor(request.body, options)
      const issuedSec = Math.floor(options.clock() / 1000)
      const download = options.newDownload()
      const ticket = options.mint(
        {
          account: account === null ? `net:ticket-${download}` : `own:${account}`,
          group,
          // A group named by the operator is not bound to a network: the ticket opens from
          // anywhere.
          wonBy: 'account',
          download,
          issuedSec,
        },
        ttlSec,
      )
      await options.audit(request, 'ticket.mint', { subject: download, after: { account, group } })
      return await reply.code(201).send({ ticket, download, group, expires: issuedSec + ttlSec })
    },
  )
}
