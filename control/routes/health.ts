import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** One dependency of the control plane, and whether it is available. */
export interface HealthPart {
  readonly name: string
  readonly ok: boolean
  /** The problem and its remedy; while all is well empty, or how old the geo files are. */
  readonly detail: string
}

export interface HealthOptions {
  readonly parts: () => Promise<readonly HealthPart[]>
  /** Parts without which no viewer could be admitted. */
  readonly essential: ReadonlySet<string>
  readonly metrics: Registry
}

/** `/health/live`, `/health/ready`, `/metrics`. */
export const healthRoutes = (app: FastifyInstance, options: HealthOptions): void => {
  const open = { config: { permission: 'public' } }
  app.get('/health/live', open, () => ({ status: 'ok' }))
  app.get('/health/ready', open, async (_request, reply) => {
    const parts = await options.parts()
    const isReady = parts.every(({ name, ok }) => ok || !options.essential.has(name))
    return await reply
      .code(isReady ? 200 : 503)
      .send({ status: parts.every(({ ok }) => ok) ? 'ok' : isReady ? 'degraded' : 'down', parts })
  })
  app.get('/metrics', { config: { permission: 'metrics:read' } }, async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.metrics()),
  )
}
