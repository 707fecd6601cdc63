import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ImportedPast } from '../../../detect/live/judge-past.ts'
import type { ImportJobs } from '../../../migrate/jobs/import-jobs.ts'
import type { ImportCursors } from '../../../migrate/plays/import-cursors.ts'
import { importRows } from '../../../migrate/plays/import-plays.ts'
import { IMPORT_STATE, type ImportState } from '../../../migrate/plays/import-state.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, pageQuery, wholePageQuery } from '../../../schemas/common.ts'
import { playsImported } from '../../../schemas/history.ts'
import type { History } from '../../../store/history/history.ts'
import { etagOf, ifMatchHeader, requireMatch, withEtag } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
import { pageOfRows } from '../common/row-page.ts'
import { IMPORT_VIEW, viewOf } from './import-uploads.ts'

export interface ImportRoutesOptions {
  readonly history: Pick<History, 'upsertPlays'>
  readonly imports: ImportCursors
  /** Runs detection over an imported past; answers how many findings it made. */
  readonly judgePast: (past: ImportedPast) => Promise<number>
  readonly clock: () => number
  readonly jobs: ImportJobs
}

const BODY_LIMIT = 32 * 1024 * 1024
const PLAYS_AT_MOST = 10_000

const playsOf = (body: unknown): readonly unknown[] => {
  const plays: unknown =
    typeof body === 'object' && body !== null && 'plays' in body ? body.plays : null
  if (Array.isArray(plays) && plays.length <= PLAYS_AT_MOST) return plays
  throw new ProblemError('request.invalid', detail('plays.wrong', { most: PLAYS_AT_MOST }))
}

/** `POST /history/plays`: plays of another history, added or completed; once more changes nothing. */
const playRoutes = (app: FastifyInstance, { history }: ImportRoutesOptions): void => {
  app.post(
    '/history/plays',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        description:
          'Adds or completes plays of another history, up to 10,000 at once; bad ones are counted and left out.',
        body: Type.Object({ plays: Type.Array(Type.Unknown()) }),
        response: { 200: playsImported },
      },
      // `playsOf` says how many may come; a schema of plays would refuse all for one bad one.
      validatorCompiler: () => () => true,
      config: { permission: 'history:write' },
    },
    async (request) =>
      await importRows(playsOf(request.body), async (plays) => await history.upsertPlays(plays)),
  )
}

/** Judges what was imported and keeps what came of it; never throws. */
const judge = async (
  state: ImportState,
  { imports, judgePast, clock }: ImportRoutesOptions,
): Promise<void> => {
  const { sources, from, to } = state
  try {
    const findings = from === null || to === null ? 0 : await judgePast({ sources, from, to })
    await imports.put({ ...state, state: 'done', findings, updatedAt: clock() })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    await imports.put({ ...state, state: 'failed', problem, updatedAt: clock() }).catch(() => null)
  }
}

const read = { permission: 'imports:read' }
const write = { permission: 'imports:write' }

const orMissing = async (imports: ImportCursors, id: string): Promise<ImportState> => {
  const state = await imports.get(id)
  if (state === null) throw new ProblemError('not.found', detail('import.missing', { id }))
  return state
}

/** How far imports are. */
const stateRoutes = (plain: FastifyInstance, { imports, jobs }: ImportRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/imports',
    {
      schema: {
        description: 'Imports and how far they are, the one last heard of first.',
        querystring: Type.Object({ ...wholePageQuery, sort: pageQuery.sort }),
        response: { 200: pageOf(IMPORT_VIEW) },
      },
      config: read,
    },
    async ({ query }) => {
      const page = pageOfRows(await imports.list(), { sort: '-updatedAt', ...query }, [
        'updatedAt',
        'startedAt',
      ])
      return { ...page, items: page.items.map((state) => viewOf(state, jobs)) }
    },
  )
  app.get(
    '/imports/:id',
    { schema: { params: idParams, response: { 200: IMPORT_VIEW } }, config: read },
    async (request, reply) => {
      const state = await orMissing(imports, request.params.id)
      void reply.header('etag', etagOf(state))
      return viewOf(state, jobs)
    },
  )
  app.put(
    '/imports/:id',
    {
      schema: {
        description: 'Keeps how far an import is, so that it goes on there when it breaks off.',
        params: idParams,
        headers: ifMatchHeader,
        body: IMPORT_STATE,
        response: { 200: IMPORT_STATE },
      },
      config: write,
    },
    async (request, reply) => {
      if (request.body.id !== request.params.id)
        throw new ProblemError('request.invalid', detail('import.other_id'))
      if (jobs.isToEnd(request.params.id))
        throw new ProblemError('state.wrong', detail('import.was_cancelled'))
      await oneAtATime('imports', async () => {
        requireMatch(request, reply, await imports.get(request.params.id))
        await imports.put(request.body)
      })
      return withEtag(reply, request.body)
    },
  )
}

/** `/imports`: how far imports are, and detection over what they brought. */
export const importRoutes = (plain: FastifyInstance, options: ImportRoutesOptions): void => {
  const { imports, clock } = options
  playRoutes(plain, options)
  stateRoutes(plain, options)
  plain.withTypeProvider<TypeBoxTypeProvider>().post(
    '/imports/:id/judge',
    {
      schema: {
        description:
          'Starts detection over what was imported; its findings are past ones, which tell nobody.',
        params: idParams,
        response: { 202: IMPORT_STATE },
      },
      config: write,
    },
    async (request, reply) => {
      const known = await orMissing(imports, request.params.id)
      const state = { ...known, state: 'judging' as const, updatedAt: clock() }
      await imports.put(state)
      void judge(state, options)
      return await reply.code(202).send(state)
    },
  )
}
