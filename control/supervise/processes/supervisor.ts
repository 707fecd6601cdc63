import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Environment variable with the process id of `run`, for its services. */
export const SUPERVISOR_VARIABLE = 'GATEHOUSE_SUPERVISOR'

/**
 * Signals `run` to update nginx's files after a reload of the configuration by API; false where `run` did not start
 * this process, and nothing was done.
 */
export const requestNginxReload = (environment: NodeJS.ProcessEnv): boolean => {
  if (environment[SUPERVISOR_VARIABLE] !== String(process.ppid)) return false
  process.kill(process.ppid, 'SIGHUP')
  return true
}

const POLL_MS = 50
/** Longer than `run` lets `nginx -t` take. */
const MOST_MS = 35_000

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Keeps what `run` made of a text of the configuration; `problem` is `null` where it is in use. */
export const keepReloadOutcome = (file: string, text: string, problem: string | null): void => {
  writeFileSync(`${file}.new`, JSON.stringify({ of: hashOf(text), problem }), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const readOutcome = (file: string): Readonly<Record<string, unknown>> => {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof read === 'object' && read !== null ? { ...read } : {}
  } catch {
    return {}
  }
}

/**
 * Has `run` take up a text of the configuration and waits for what it says: the edge's objection, `null` where there is none, where `run` did not
 * start this process, or where it says nothing within 35 s.
 */
export const reloadEdge = async (
  environment: NodeJS.ProcessEnv,
  file: string,
  text: string,
): Promise<string | null> => {
  writeFileSync(file, '{}', { mode: 0o600 })
  if (!requestNginxReload(environment)) return null
  for (let waited = 0; waited < MOST_MS; waited += POLL_MS) {
    const { of, problem } = readOutcome(file)
    if (of === hashOf(text)) return typeof problem === 'string' ? problem : null
    await sleep(POLL_MS)
  }
  return null
}
