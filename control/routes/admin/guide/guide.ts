import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { GuideService } from '../../../epg/service.ts'
import { nullableText } from '../../../schemas/common.ts'

const guideStatus = Type.Object({
  sources: Type.Array(
    Type.Object({
      name: Type.String(),
      ok: Type.Boolean(),
      error: nullableText,
      channels: Type.Integer(),
      programmes: Type.Integer(),
      bad: Type.Integer(),
      mended: Type.Integer({ description: 'Places that are no XML and were read all the same' }),
      readAt: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
  builtAt: Type.Union([Type.Integer(), Type.Null()]),
  channels: Type.Integer(),
  programmes: Type.Integer(),
  unmatched: Type.Array(Type.String()),
})

/** `GET /guide`: how the programme guide is. */
export const guideAdminRoutes = (
  plain: FastifyInstance,
  guide: Pick<GuideService, 'status'>,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const config = { permission: 'operations:read' }
  app.get('/guide', { schema: { response: { 200: guideStatus } }, config }, () => {
    const { sources, unmatched, ...rest } = guide.status()
    return { ...rest, sources: [...sources], unmatched: [...unmatched] }
  })
}
