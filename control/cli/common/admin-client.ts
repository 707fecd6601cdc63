import { existsSync } from 'node:fs'
import { Agent, request } from 'undici'
import type { AnswerOf, BodyOf, Method, PathFor, RowOf } from '../../client/typed-call.ts'
import { CliError, type GlobalOptions, pathsOf } from './context.ts'

/** A call of the admin API, typed by its OpenAPI document; the path stands below `/api/v1`. */
export interface AdminCall<M extends Method, P extends string> {
  readonly method?: M
  readonly path: P & PathFor<M, P>
  readonly body?: BodyOf<M, P>
}

const problemText = (body: string, status: number): string => {
  try {
    const problem: unknown = JSON.parse(body)
    if (typeof problem === 'object' && problem !== null) {
      const fields = new Map<string, unknown>(Object.entries(problem))
      const detail = fields.get('detail') ?? fields.get('title')
      if (typeof detail === 'string') return detail
    }
  } catch {
    // Not JSON: only the status is reported.
  }
  return `the control plane answered with status ${status}`
}

/** Why a call of the admin API failed, in words. */
export const adminFailure = (error: unknown): CliError => {
  if (error instanceof CliError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new CliError(`the control plane does not answer (${reason})`)
}

/** A call by its whole path. */
export interface SocketCall {
  readonly method?: Method
  readonly path: string
  readonly body?: unknown
  /** 503 is an answer too. */
  readonly mayBeDown?: boolean
  /** Milliseconds to wait for the answer; five minutes when left out. */
  readonly longestMs?: number
}

/** Asks the control plane that listens on an owner-only socket. Throws {@link CliError} in words. */
export const askSocket = async <T = unknown>(socketPath: string, call: SocketCall): Promise<T> => {
  const dispatcher = new Agent({ connect: { socketPath } })
  try {
    const answer = await request(`http://gatehouse${call.path}`, {
      dispatcher,
      method: call.method ?? 'GET',
      ...(call.longestMs === undefined ? {} : { headersTimeout: call.longestMs }),
      ...(call.body === undefined
        ? {}
        : { body: JSON.stringify(call.body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    const isAnswer = call.mayBeDown === true && answer.statusCode === 503
    if (answer.statusCode >= 400 && !isAnswer)
      throw new CliError(problemText(text, answer.statusCode))
    return JSON.parse(text === '' ? 'null' : text)
  } catch (error) {
    throw adminFailure(error)
  } finally {
    await dispatcher.close()
  }
}

/** The owner-only socket of the running instance the options name. Throws {@link CliError} where none runs. */
const socketOf = (options: GlobalOptions): string => {
  const { adminSocket, state } = pathsOf(options)
  if (existsSync(adminSocket)) return adminSocket
  throw new CliError(
    `no control plane runs on ${state}; start it with ./scripts/run, or name the one that runs: --config FILE (or --state DIR)`,
  )
}

/** Asks the running control plane of the instance the options name. Throws {@link CliError} in words. */
export const callAdmin = async <const P extends string, M extends Method = 'GET'>(
  options: GlobalOptions,
  { path, ...rest }: AdminCall<M, P>,
): Promise<AnswerOf<M, P>> => {
  // The control plane of this version answers by the document that the types are made from.
  return await askSocket<AnswerOf<M, P>>(socketOf(options), { ...rest, path: `/api/v1${path}` })
}

const MOST_PAGES = 10_000

/** Every row of a list, page by page. Throws {@link CliError} in words. */
export const everyRow = async <const P extends string>(
  options: GlobalOptions,
  path: P & PathFor<'GET', P>,
): Promise<RowOf<P>[]> => {
  const rows: RowOf<P>[] = []
  const socket = socketOf(options)
  const mark = path.includes('?') ? '&' : '?'
  let after = ''
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const call = { path: `/api/v1${path}${mark}limit=1000${after}` }
    const answer = await askSocket<{ items: RowOf<P>[]; next: string | null }>(socket, call)
    rows.push(...answer.items)
    if (answer.next === null) break
    after = `&after=${encodeURIComponent(answer.next)}`
  }
  return rows
}

/** What `/health/ready` says, also where no viewer could be admitted. Throws {@link CliError} in words. */
export const callHealth = async (options: GlobalOptions): Promise<unknown> =>
  await askSocket(socketOf(options), { path: '/health/ready', mayBeDown: true })
