import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { FetchedPicture } from '../../pictures/fetch-picture.ts'

/** Pictures as edges ask for them. */
export interface PictureAnswers {
  /** The picture whose address was sealed; `null` where the seal is not ours. */
  readonly picture: (seal: string) => Promise<FetchedPicture> | null
  /** How long edges and viewers keep one. */
  readonly freshSec: () => number
}

const querySchema = Type.Object({ seal: Type.String({ minLength: 1, maxLength: 8000 }) })

/** How long an edge remembers that there is no picture. */
const MISSING_SEC = 60
const FAILING_SEC = 10

/** The route of pictures, below `/edge/v1`. nginx keeps a refusal as long as `X-Accel-Expires` says, and no viewer does. */
export const pictureRoute = (app: FastifyInstance, answers: PictureAnswers): void => {
  app.get<{ Querystring: Static<typeof querySchema> }>(
    '/pictures',
    { schema: { querystring: querySchema } },
    async (request, reply) => {
      const found = await (answers.picture(request.query.seal) ?? { kind: 'missing' as const })
      if (found.kind === 'picture')
        return reply
          .type(found.contentType)
          .header('etag', found.etag)
          .header('cache-control', `public, max-age=${answers.freshSec()}`)
          .send(Buffer.from(found.body))
      const isMissing = found.kind === 'missing'
      return reply
        .code(isMissing ? 404 : 502)
        .header('cache-control', 'no-store')
        .header('x-accel-expires', isMissing ? MISSING_SEC : FAILING_SEC)
        .send()
    },
  )
}
