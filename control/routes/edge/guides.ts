import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Listing } from '../../epg/model/listings.ts'
import {
  type GuideQuery,
  guideQuerySchema,
  type ListingQuery,
  listingQuerySchema,
} from './schemas.ts'

/** What edges ask of the guide. */
export interface GuideAnswers {
  /** The guide of a group as a gzip file, and whether it is to be kept as the one of the versions asked for; `null` = no such group. `base`: `scheme://host` that its viewer asked. */
  readonly guide: (
    group: string,
    versions: string,
    base: string | null,
  ) => { readonly chunks: AsyncIterable<Uint8Array>; readonly isWanted: boolean } | null
  /** Programmes of a channel of the group, none where it is not offered. */
  readonly listing: (
    group: string,
    number: number,
    wanted: { readonly form: 'short' | 'table'; readonly limit: number },
  ) => Promise<readonly Listing[]>
}

/** How many programmes `get_short_epg` gives where nobody says. */
const SHORT = 4

/** Routes of the programme guide, below `/edge/v1`. */
export const guideRoutes = (app: FastifyInstance, answers: GuideAnswers): void => {
  app.get<{ Params: { group: string }; Querystring: GuideQuery }>(
    '/guides/:group',
    { schema: { querystring: guideQuerySchema } },
    async (request, reply) => {
      const { v: versions = '', form = 'xml', base = null } = request.query
      const found = answers.guide(request.params.group, versions, base)
      if (found === null) return reply.code(404).send()
      reply.header('cache-control', found.isWanted ? 'max-age=86400' : 'no-store')
      if (form === 'gz') reply.type('application/gzip')
      else reply.type('application/xml').header('content-encoding', 'gzip')
      return reply.send(Readable.from(found.chunks, { objectMode: false }))
    },
  )
  app.get<{ Params: { group: string; number: string }; Querystring: ListingQuery }>(
    '/guides/:group/:number',
    { schema: { querystring: listingQuerySchema } },
    async (request, reply) => {
      const { group, number } = request.params
      const { form = 'short', limit = 0 } = request.query
      const wanted = { form, limit: limit === 0 ? SHORT : limit }
      const listing = await answers.listing(group, Number(number), wanted)
      return reply.header('cache-control', 'no-store').send({ epg_listings: listing })
    },
  )
}
