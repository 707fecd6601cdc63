import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { eventOf, severityOf, subjectOf, timeOf } from '../../../notify/model/notice.ts'
import { readMessage } from '../../../notify/outbox/stored.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams } from '../../../schemas/common.ts'
import { messageOut, messageQuery } from '../../../schemas/notices.ts'
import type { StoredMessage } from '../../../store/tables/notice-records.ts'
import type { NoticeTables } from '../../../store/tables/notice-tables.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { sortOrder } from '../common/sort-order.ts'

/** What the routes of messages work with. */
export interface MessageRoutesOptions {
  readonly messages: NoticeTables['messages']
  readonly audit: AuditTrail
  readonly clock: () => number
  /** Called when messages wait to be sent. */
  readonly wake: () => void
}

const SORTS = ['createdAt', 'nextAt', 'sentAt'] as const
const read = { permission: 'destinations:read' }
const write = { permission: 'destinations:write' }

const shown = (row: StoredMessage): Static<typeof messageOut> => {
  const { body: _body, progress: _progress, claimedBy: _by, claimedUntil: _until, ...rest } = row
  const notices = readMessage(row).notices.map((notice) => ({
    id: notice.id,
    event: eventOf(notice),
    severity: severityOf(notice),
    subject: subjectOf(notice),
    at: timeOf(notice),
  }))
  return { ...rest, notices }
}

/** `/notifications`: what was sent, waits or was given up; retry and delete dead letters. */
export const messageRoutes = (plain: FastifyInstance, options: MessageRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { messages, audit, clock, wake } = options
  const deadOrRefuse = async (id: string): Promise<StoredMessage> => {
    const message = await messages.get(id)
    if (!message) throw new ProblemError('not.found', detail('message.missing', { id }))
    if (message.state !== 'dead')
      throw new ProblemError('state.wrong', detail(`message.${message.state}`, { id }))
    return message
  }
  app.get(
    '/notifications',
    {
      schema: { querystring: messageQuery, response: { 200: pageOf(messageOut) } },
      config: read,
    },
    async (request) => {
      const { limit, after, sort, state, destination } = request.query
      const order = sortOrder(sort ?? '-createdAt', SORTS)
      const page = await messages.list({ where: { state, destination }, limit, after, ...order })
      return { items: page.rows.map(shown), next: page.next }
    },
  )
  app.post(
    '/notifications/:id/retry',
    { schema: { params: idParams, response: { 200: messageOut } }, config: write },
    async (request) => {
      const { id } = request.params
      const { destination } = await deadOrRefuse(id)
      await messages.retry(id, clock())
      wake()
      await audit(request, 'notification.retry', { subject: `${destination} ${id}` })
      const message = await messages.get(id)
      if (!message) throw new ProblemError('not.found', detail('message.missing', { id }))
      return shown(message)
    },
  )
  app.delete(
    '/notifications/:id',
    { schema: { params: idParams }, config: write },
    async (request, reply) => {
      const { id } = request.params
      const { destination } = await deadOrRefuse(id)
      await messages.remove(id)
      await audit(request, 'notification.delete', { subject: `${destination} ${id}` })
      return await reply.code(204).send()
    },
  )
}
