import { createJsonClient, type JsonClient } from '../../sources/http/json-client.ts'
import { type Fields, fieldsOf } from '../../sources/model/read-fields.ts'
import { SourceError } from '../../sources/model/source-error.ts'
import type { ServerAccess } from './server-api.ts'

/** Milliseconds an interface may take. */
const TIMEOUT_MS = 3_000
/** Stands for a password that is not set: it occurs in no text. */
const NO_SECRET = '\u0000'

/** A client for a server's interface, with HTTP Basic credentials where a password is set. */
export const createApiClient = (
  title: string,
  { base, user, password, now }: ServerAccess,
): JsonClient => {
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  return createJsonClient({
    title,
    base: base.replace(/\/+$/, ''),
    headers: password === null ? {} : { authorization: `Basic ${basic}` },
    secret: password ?? NO_SECRET,
    timeoutMs: TIMEOUT_MS,
    now,
    signInAdvice: 'Check `user` and `password_file` of this server in `hooks.servers`.',
  })
}

/** What `ask` gives, or `null` where the server answers 404. Other failures are thrown. */
export const orMissing = async <T>(ask: () => Promise<T>): Promise<T | null> => {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SourceError && error.failure.status === 404) return null
    throw error
  }
}

/** The list under a name of an answer. Throws an `Error` that says what is missing. */
export const itemsOf = (data: unknown, name: string, path: string): readonly Fields[] => {
  const items = fieldsOf(data)[name]
  if (!Array.isArray(items)) throw new Error(`the answer to ${path} has no list '${name}'`)
  return items.map((item: unknown) => fieldsOf(item))
}

/** The address of `host:port`, brackets and port left out. */
export const hostOfRemote = (remote: string): string =>
  remote.startsWith('[') ? remote.slice(1, remote.indexOf(']')) : remote.replace(/:\d+$/, '')
