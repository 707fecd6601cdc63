import { type JsonClient, jsonError } from '../http/json-client.ts'
import type { ServerUser, UserLimits } from '../model/play-source.ts'
import {
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  textOf,
  textOrNull,
} from '../model/read-fields.ts'
import type { Dialect } from './dialect.ts'

/** What plays and what idles, and by what clock. */
export interface SessionsAnswer {
  readonly sessions: readonly Fields[]
  /** The server's clock, in Unix milliseconds. */
  readonly serverNow: number | null
}

/** `GET /Sessions`. */
export const fetchSessions = async (
  client: JsonClient,
  { title, prefix }: Dialect,
): Promise<SessionsAnswer> => {
  const path = `${prefix}/Sessions`
  const { data, serverNow } = await client.ask({ path })
  if (Array.isArray(data)) return { sessions: data.filter(isFields), serverNow }
  throw jsonError(title, { kind: 'malformed', command: path, detail: 'it is not a list' })
}

/** `GET /System/Info/Public`, for which no key is needed. */
export const fetchInfo = async (client: JsonClient, { prefix }: Dialect): Promise<Fields> =>
  fieldsOf((await client.ask({ path: `${prefix}/System/Info/Public` })).data)

/** `GET /Users`, for administrators and keys. Neither server keeps e-mail addresses. */
export const fetchUsers = async (
  client: JsonClient,
  { prefix }: Dialect,
): Promise<ServerUser[]> => {
  const { data } = await client.ask({ path: `${prefix}/Users` })
  return listOf(data).flatMap((user) => {
    const id = textOf(user['Id'])
    const name = textOf(user['Name'])
    const email = name.includes('@') ? name : textOrNull(user['ConnectUserName'])
    return id === '' ? [] : [{ id, name: name || id, email: email?.includes('@') ? email : null }]
  })
}

/** Takes a device's sign-in away: `DELETE /Devices?Id=`. */
export const deleteDevice = async (
  client: JsonClient,
  { prefix, kind }: Dialect,
  device: string,
): Promise<void> => {
  const query = kind === 'emby' ? { Id: device } : { id: device }
  await client.ask({ method: 'DELETE', path: `${prefix}/Devices`, query })
}

/** Commands a session by `POST`. */
export const sendCommand = async (
  client: JsonClient,
  command: ReturnType<Dialect['stop']>,
): Promise<void> => {
  await client.ask({ method: 'POST', ...command })
}

/**
 * A user's limit: the policy is read, changed in one field and written back whole, since `POST /Users/{id}/Policy`
 * replaces all of it.
 */
export const createLimits = (client: JsonClient, dialect: Dialect): UserLimits => ({
  set: async (user, most) => {
    const path = `${dialect.prefix}/Users/${encodeURIComponent(user)}`
    const { field } = dialect.limit
    const policy = fieldsOf((await client.ask({ path })).data)['Policy']
    if (!isFields(policy)) {
      const detail = 'the user has no policy'
      throw jsonError(dialect.title, { kind: 'malformed', command: path, detail })
    }
    const before = numberOf(policy[field]) ?? 0
    if (before !== most) {
      const body = { ...policy, [field]: most }
      await client.ask({ method: 'POST', path: `${path}/Policy`, body })
    }
    return before
  },
})
