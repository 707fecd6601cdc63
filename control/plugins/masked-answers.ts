import type { FastifyInstance, FastifyRequest } from 'fastify'
import { identifyingFilter, masked } from '../operators/mask.ts'
import { ProblemError } from './problem.ts'
import { detail } from './problem-texts.ts'

/** What answers are masked with. */
export interface Masking {
  /** A mark that is the same for the same id and does not reveal it. */
  readonly markOf: (id: string) => string
  /** Makes the cursor of a list unreadable: it may hold the id of its last row. */
  readonly sealCursor: (cursor: string) => string
  /** The cursor again. Throws for a text that is none. */
  readonly openCursor: (sealed: string) => string
}

const isPage = (answer: unknown): answer is { readonly next: string } =>
  typeof answer === 'object' &&
  answer !== null &&
  'next' in answer &&
  typeof answer.next === 'string'

/** Refuses questions by name, address or id of an actor who may not see them; puts a sealed cursor right. */
const checkQuestion = (request: FastifyRequest, { openCursor }: Masking): void => {
  const { query, routeOptions } = request
  if (typeof query !== 'object' || query === null) return
  const filter = identifyingFilter(routeOptions.url ?? '', query)
  if (filter !== null)
    throw new ProblemError('permission.missing', detail('mask.filter', { filter }))
  if (!('after' in query) || typeof query.after !== 'string') return
  try {
    query.after = openCursor(query.after)
  } catch {
    throw new ProblemError('request.invalid', detail('cursor.wrong'))
  }
}

/** Masks what is answered to an actor who may not see names; what cannot be masked is not answered. */
export const maskAnswers = (app: FastifyInstance, masking: Masking | undefined): void => {
  const done = new WeakSet<FastifyRequest>()
  app.addHook('preHandler', async (request) => {
    if (request.actor.isMasked === true && masking !== undefined) checkQuestion(request, masking)
    await Promise.resolve()
  })
  app.addHook('preSerialization', async (request, _reply, payload) => {
    if (request.actor.isMasked !== true || masking === undefined) return payload
    done.add(request)
    const { markOf, sealCursor } = masking
    const answer = masked(payload, markOf, request.routeOptions.url ?? '')
    return await Promise.resolve(
      isPage(answer) ? { ...answer, next: sealCursor(answer.next) } : answer,
    )
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const isAnswer = reply.statusCode < 400 && reply.statusCode !== 204
    if (request.actor.isMasked === true && isAnswer && !done.has(request)) {
      done.add(request)
      throw new ProblemError('permission.missing', detail('mask.none'))
    }
    return await Promise.resolve(payload)
  })
}
