import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { packedSchema } from './schemas.ts'

/** As long as what edges take in one answer. */
const MOST_UNPACKED = 8 * 1024 * 1024
const MOST_PACKED = 4 * 1024 * 1024

const unpack = promisify(brotliDecompress)

/** Unpacks brotli for edges, whose JavaScript knows none: some origins send it to whom did not ask for it. 422 where it is damaged or longer than 8 MB. */
export const unpackRoute = (app: FastifyInstance): void => {
  app.post<{ Body: Static<typeof packedSchema> }>(
    '/unpacked',
    { schema: { body: packedSchema }, bodyLimit: 2 * MOST_PACKED },
    async (request, reply) => {
      const packed = Buffer.from(request.body.brotli, 'base64')
      const options = { maxOutputLength: MOST_UNPACKED }
      const bytes = await unpack(packed, options).catch(() => null)
      return bytes === null ? reply.code(422).send() : reply.type('text/plain').send(bytes)
    },
  )
}
