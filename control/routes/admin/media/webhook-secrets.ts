import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { webhookMade } from '../../../schemas/media-servers.ts'
import type { MediaHub } from '../../../sources/hub/hub.ts'
import type { WebhookSecrets } from '../../../sources/webhooks/secrets.ts'
import { WEBHOOK_PATH } from '../../webhooks.ts'
import type { AuditTrail } from '../common/audit-trail.ts'

/** Ports of the routes of webhooks' secrets. */
export interface WebhookSecretOptions {
  readonly hub: Pick<MediaHub, 'list'>
  readonly webhooks: WebhookSecrets
  /** `host:port` of the listeners that take webhooks. */
  readonly listeners: () => readonly string[]
  readonly audit: AuditTrail
}

const nameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) })

const configured = (name: string): ProblemError =>
  new ProblemError('state.wrong', detail('webhook.configured', { name }))

/** `/media-servers/{name}/webhook`: a new secret, shown once; or webhooks of the server no more. */
export const webhookSecretRoutes = (
  plain: FastifyInstance,
  { hub, webhooks, listeners, audit }: WebhookSecretOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const config = { permission: 'media:write' }
  app.post(
    '/media-servers/:name/webhook',
    { schema: { params: nameParams, response: { 201: webhookMade } }, config },
    async (request, reply) => {
      const { name } = request.params
      if (!hub.list().some(({ server }) => server.name === name))
        throw new ProblemError('not.found', detail('server.missing', { name }))
      const secret = await webhooks.make(name)
      if (secret === null) throw configured(name)
      await audit(request, 'media-server.webhook', { subject: name })
      const path = `${WEBHOOK_PATH.replace(':name', name)}?secret=${secret}`
      return await reply.code(201).send({ path, secret, listeners: [...listeners()] })
    },
  )
  app.delete(
    '/media-servers/:name/webhook',
    { schema: { params: nameParams }, config },
    async (request, reply) => {
      const { name } = request.params
      const outcome = await webhooks.drop(name)
      if (outcome === 'configured') throw configured(name)
      if (outcome === 'unknown')
        throw new ProblemError('not.found', detail('webhook.none', { name }))
      await audit(request, 'media-server.webhook-off', { subject: name })
      return await reply.code(204).send()
    },
  )
}
