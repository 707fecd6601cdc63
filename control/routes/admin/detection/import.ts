import type { FastifyInstance } from 'fastify'
import { type ImportTally, importRows } from '../../../migrate/plays/import-plays.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import type { History } from '../../../store/history/history.ts'

export interface ImportRoutesOptions {
  readonly history: Pick<History, 'upsertPlays'>
}

const BODY_LIMIT = 32 * 1024 * 1024
const PLAYS_AT_MOST = 10_000

const playsOf = (body: unknown): readonly unknown[] => {
  const plays: unknown =
    typeof body === 'object' && body !== null && 'plays' in body ? body.plays : null
  if (Array.isArray(plays) && plays.length <= PLAYS_AT_MOST) return plays
  throw new ProblemError(
    'request.invalid',
    `plays must be a list of at most ${PLAYS_AT_MOST} plays`,
  )
}

/** `POST /history/plays`: plays of another history, added or completed; once more changes nothing. */
export const importRoutes = (app: FastifyInstance, { history }: ImportRoutesOptions): void => {
  app.post(
    '/history/plays',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        description:
          'Adds or completes plays of another history, up to 10,000 at once; bad ones are counted and left out.',
      },
      config: { permission: 'history:write' },
    },
    async (request): Promise<ImportTally> =>
      await importRows(playsOf(request.body), async (plays) => await history.upsertPlays(plays)),
  )
}
