import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'

/** The header that makes an edit depend on what was read before. */
export const ifMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      maxLength: 1000,
      description:
        'The `ETag` of what was read: the edit is refused with 412 where somebody else was faster.',
    }),
  ),
})

/** The strong entity tag of an answer (RFC 9110, section 8.8.3): a hash of its JSON, or of a text. */
export const etagOf = (answer: unknown): string => {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
}

/** Sends an answer with its entity tag. */
export const withEtag = <T>(reply: FastifyReply, answer: T): T => {
  void reply.header('etag', etagOf(answer))
  return answer
}

/**
 * Refuses an edit whose `If-Match` (RFC 9110, section 13.1.1) names another state than the present one. Throws `precondition.failed`, with the
 * present tag in `ETag`.
 */
export const requireMatch = (
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
  present: unknown,
): void => {
  const wanted = headers['if-match']
  if (wanted === undefined || wanted.trim() === '*') return
  const tag = etagOf(present)
  if (wanted.split(',').some((one) => one.trim() === tag)) return
  void reply.header('etag', tag)
  throw new ProblemError('precondition.failed')
}
