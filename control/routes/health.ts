import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { Type } from 'typebox'
import { textAnswer } from '../schemas/answers/text-answer.ts'

/** One dependency of the control plane, and whether it is available. */
export interface HealthPart {
  readonly name: string
  readonly ok: boolean
  /** It works, and `detail` says what is to be done: a geo file is old. */
  readonly due: boolean
  /** The problem and its remedy; while all is well empty, or how old the geo files are. */
  readonly detail: string
}

export interface HealthOptions {
  readonly parts: () => Promise<readonly HealthPart[]>
  /** Parts without which no viewer could be admitted. */
  readonly essential: ReadonlySet<string>
  readonly metrics: Registry
}

const readiness = Type.Object({
  status: Type.Enum(['ok', 'degraded', 'down']),
  parts: Type.Array(
    Type.Object({
      name: Type.String(),
      ok: Type.Boolean(),
      due: Type.Boolean({ description: 'It works, and `detail` says what is to be done.' }),
      detail: Type.String(),
    }),
  ),
})

/** `/health/live`, `/health/ready`, `/metrics`. */
export const healthRoutes = (app: FastifyInstance, options: HealthOptions): void => {
  const config = { permission: 'public' }
  const live = { response: { 200: Type.Object({ status: Type.Literal('ok') }) } }
  const ready = { response: { 200: readiness, 503: readiness } }
  app.get('/health/live', { schema: live, config }, () => ({ status: 'ok' }))
  app.get('/health/ready', { schema: ready, config }, async (_request, reply) => {
    const parts = await options.parts()
    const isReady = parts.every(({ name, ok }) => ok || !options.essential.has(name))
    return await reply
      .code(isReady ? 200 : 503)
      .send({ status: parts.every(({ ok }) => ok) ? 'ok' : isReady ? 'degraded' : 'down', parts })
  })
  const metrics = {
    response: {
      200: textAnswer('text/plain', 'Metrics as Prometheus reads them.', 'gatehouse_sessions 12\n'),
    },
  }
  app.get(
    '/metrics',
    { schema: metrics, config: { permission: 'metrics:read' } },
    async (_request, reply) =>
      reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  )
}
