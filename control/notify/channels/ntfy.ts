import { highestOf } from '../model/notice.ts'
import type { Destination, NotifierKind } from '../model/notifier.ts'
import { wordsOf } from '../text/render.ts'
import { fieldOf } from './answers.ts'
import { createHttpNotifier, required } from './http-notifier.ts'

/** A message over 4096 bytes would become an attachment. */
const MEDIUM = {
  markup: 'plain',
  room: { limit: 4000, lengthOf: (text: string) => Buffer.byteLength(text) },
} as const

const PRIORITIES = { low: 2, warning: 4, high: 5 } as const
const TAGS = { low: 'information_source', warning: 'warning', high: 'rotating_light' } as const

const authorization = ({ token, username, password }: Destination): Record<string, string> => {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (username === undefined) return {}
  const login = `${username}:${password ?? ''}`
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` }
}

/**
 * ntfy's JSON publishing: a POST to the server's root. A message sent again has the same `sequence_id`, by which
 * servers from 2.16 on replace the first one.
 */
export const NTFY: NotifierKind = {
  create: (destination) => {
    const url = new URL(required(destination.url, destination, 'url')).href
    const topic = required(destination.topic, destination, 'topic')
    return createHttpNotifier(destination, {
      name: 'ntfy',
      parts: (message) =>
        wordsOf(message, destination, MEDIUM).map(({ title, text }, at) => {
          const severity = highestOf(message.notices)
          const body = {
            topic,
            title,
            message: text,
            priority: PRIORITIES[severity],
            tags: [TAGS[severity]],
            sequence_id: `${message.id}-${at + 1}`,
          }
          return { title, url, headers: authorization(destination), body: JSON.stringify(body) }
        }),
      isOurs: ({ json }) => typeof fieldOf(json, 'id') === 'string',
    })
  },
}
