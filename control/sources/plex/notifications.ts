import { readJson } from '#domain/read-json'
import { fieldsOf, isFields, listOf, textOf } from '../model/read-fields.ts'

/** What an event says of a session: neither who plays nor from where. */
export interface PlexNotification {
  readonly sessionKey: string
  readonly ratingKey: string
  readonly state: string
}

/**
 * The notifications in a message, in any of the forms servers send: the bare `PlaySessionStateNotification` of an event
 * named `playing`, and the `NotificationContainer` of the WebSocket and of other events, with `_children` on old servers.
 */
export const notificationsOf = (message: unknown): PlexNotification[] => {
  const fields = fieldsOf(message)
  const container = isFields(fields['NotificationContainer'])
    ? fields['NotificationContainer']
    : fields
  const isPlaying = textOf(container['type']) === 'playing'
  const told = container['PlaySessionStateNotification']
  const old = isPlaying ? container['_children'] : undefined
  return listOf(told ?? old).flatMap((one) => {
    const sessionKey = textOf(one['sessionKey'])
    // Keys that are no numbers belong to no session of `/status/sessions`.
    if (!/^\d+$/.test(sessionKey)) return []
    return [{ sessionKey, ratingKey: textOf(one['ratingKey']), state: textOf(one['state']) }]
  })
}

/** The notifications in the data of a server-sent event. */
export const notificationsIn = (data: string): PlexNotification[] =>
  notificationsOf(readJson(data, isFields))
