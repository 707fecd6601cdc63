import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { systemSchema } from '../../../schemas/operations.ts'

/** `GET /system`: this control plane, and what waits in it. */
export const systemRoutes = (
  plain: FastifyInstance,
  read: () => Promise<Static<typeof systemSchema>>,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/system',
    { schema: { response: { 200: systemSchema } }, config: { permission: 'operations:read' } },
    read,
  )
}
