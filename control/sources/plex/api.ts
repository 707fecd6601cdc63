import { isPseudoUserId } from '#domain/viewer/person'
import type { JsonClient } from '../http/json-client.ts'
import { jsonError } from '../http/json-client.ts'
import type { ServerUser } from '../model/play-source.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf } from '../model/read-fields.ts'
import { SourceError } from '../model/source-error.ts'

export const PLEX_TITLE = 'Plex'

const containerOf = (data: unknown, command: string): Fields => {
  const container = fieldsOf(data)['MediaContainer']
  if (isFields(container)) return container
  const detail = 'it has no MediaContainer'
  throw jsonError(PLEX_TITLE, { kind: 'malformed', command, detail })
}

/** What plays (`GET /status/sessions`); `Metadata` is left out by the server while nothing does. */
export const fetchSessions = async (client: JsonClient): Promise<readonly Fields[]> => {
  const path = '/status/sessions'
  const { data } = await client.ask({ path })
  return listOf(containerOf(data, path)['Metadata'])
}

/**
 * Asks for the end of a session by its `Session.id` (`POST /status/sessions/terminate`): 200 taken, 401 no Plex Pass
 * (the token was good a moment ago), 403 an empty id, 404 no such session.
 */
export const terminateSession = async (
  client: JsonClient,
  sessionId: string,
  reason: string,
): Promise<void> => {
  const path = '/status/sessions/terminate'
  try {
    await client.ask({ method: 'POST', path, query: { sessionId, reason } })
  } catch (error) {
    if (!(error instanceof SourceError) || error.failure.status !== 401) throw error
    const detail = 'ending streams needs a Plex Pass of the server’s owner'
    throw jsonError(PLEX_TITLE, { kind: 'refused', command: path, status: 401, detail })
  }
}

/** The accounts of the server (`GET /accounts`, for administrators): id 1 is the owner, id 0 nobody. */
export const fetchAccounts = async (client: JsonClient): Promise<ServerUser[]> => {
  const path = '/accounts'
  const { data } = await client.ask({ path })
  return listOf(containerOf(data, path)['Account']).flatMap((account) => {
    const id = textOf(account['id'])
    const name = textOf(account['name'])
    return isPseudoUserId(id) ? [] : [{ id, name: name || id, email: null }]
  })
}

/** The public address of the server as plex.tv reported it (`GET /myplex/account`); empty where the server is not signed in. */
export const fetchPublicAddress = async (client: JsonClient): Promise<string> => {
  const { data } = await client.ask({ path: '/myplex/account' })
  return textOf(fieldsOf(fieldsOf(data)['MyPlex'])['publicAddress'])
}
