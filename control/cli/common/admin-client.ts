import { existsSync } from 'node:fs'
import { Agent, request } from 'undici'
import { CliError, type GlobalOptions, pathsOf } from './context.ts'

/** A call of the admin API. */
export interface AdminCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`. */
  readonly path: string
  readonly body?: unknown
  /** The path stands beside `/api/v1`, and 503 is an answer too: `/health/ready`. */
  readonly isHealth?: boolean
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
export type SocketCall = Omit<AdminCall, 'isHealth'> & {
  /** 503 is an answer too. */
  readonly mayBeDown?: boolean
}

/** Asks the control plane that listens on an owner-only socket. Throws {@link CliError} in words. */
export const askSocket = async (socketPath: string, call: SocketCall): Promise<unknown> => {
  const dispatcher = new Agent({ connect: { socketPath } })
  try {
    const answer = await request(`http://gatehouse${call.path}`, {
      dispatcher,
      method: call.method ?? 'GET',
      ...(call.body === undefined
        ? {}
        : { body: JSON.stringify(call.body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    const isAnswer = call.mayBeDown === true && answer.statusCode === 503
    if (answer.statusCode >= 400 && !isAnswer)
      throw new CliError(problemText(text, answer.statusCode))
    return text === '' ? null : JSON.parse(text)
  } catch (error) {
    throw adminFailure(error)
  } finally {
    await dispatcher.close()
  }
}

/** Asks the running control plane of the instance the options name. Throws {@link CliError} in words. */
export const callAdmin = async (options: GlobalOptions, call: AdminCall): Promise<unknown> => {
  const { adminSocket, state } = pathsOf(options)
  if (!existsSync(adminSocket)) {
    throw new CliError(
      `no control plane runs on ${state}; start it with ./scripts/run, or name its folder with --state`,
    )
  }
  const { isHealth = false, path, ...rest } = call
  const whole = isHealth ? path : `/api/v1${path}`
  return await askSocket(adminSocket, { ...rest, path: whole, mayBeDown: isHealth })
}
