import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { isChannelId } from '#domain/channels/channel'
import { networkKey } from '#domain/networks/network'
import { type ExplainQuestion, explainQuestion } from '../../../explain/explanation.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { explained } from '../../../schemas/answers/explain.ts'
import { plainJson } from '../common/plain-json.ts'

const query = Type.Object({
  ip: Type.String({ description: "The viewer's address." }),
  channel: Type.Optional(Type.String({ description: 'Without it the playlist is explained.' })),
  token: Type.Optional(Type.String({ maxLength: 2048 })),
  account: Type.Optional(
    Type.String({
      maxLength: 300,
      description: 'Id of an account of ours, in place of its token.',
    }),
  ),
  ua: Type.Optional(Type.String({ maxLength: 2048 })),
  referer: Type.Optional(Type.String({ maxLength: 2048 })),
  country: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2}$' })),
  live: Type.Optional(Type.Boolean({ description: 'Ask the backends for real.' })),
})

/** `GET /explain`: why this viewer would be let in or kept out. */
export const explainRoutes = (
  plain: FastifyInstance,
  explain: (question: ExplainQuestion) => Promise<object>,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/explain',
    {
      schema: { querystring: query, response: { 200: explained } },
      serializerCompiler: plainJson,
      config: { permission: 'operations:read' },
    },
    async (request) => {
      const { ip, channel } = request.query
      if (networkKey(ip) === null) {
        throw new ProblemError('request.invalid', detail('address.wrong', { value: ip }))
      }
      if (channel !== undefined && !isChannelId(channel)) {
        throw new ProblemError('request.invalid', detail('channel.wrong', { channel }))
      }
      return await explain(explainQuestion(request.query))
    },
  )
}
