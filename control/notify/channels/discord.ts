import { highestOf } from '../model/notice.ts'
import type { NotifierKind } from '../model/notifier.ts'
import { wordsOf } from '../text/render.ts'
import { fieldOf } from './answers.ts'
import { createHttpNotifier, required } from './http-notifier.ts'

/** Embed limits of Discord's API: 256 characters of title, 4096 of description, 6000 together. */
const MOST_TITLE = 256
const MEDIUM = {
  markup: 'markdown',
  room: { limit: 4096, lengthOf: (text: string) => text.length },
} as const

const COLOURS = { low: 0x3498db, warning: 0xf39c12, high: 0xe74c3c } as const

/**
 * Discord's webhook (Execute Webhook): one embed a message. With `wait` Discord answers whether it accepted it; no user is
 * mentioned, whatever names of viewers say.
 */
export const DISCORD: NotifierKind = {
  create: (destination) => {
    const url = new URL(required(destination.url, destination, 'url'))
    url.searchParams.set('wait', 'true')
    const { thread_id: thread } = destination
    if (thread !== undefined) url.searchParams.set('thread_id', String(thread))
    return createHttpNotifier(destination, {
      name: 'Discord',
      parts: (message) =>
        wordsOf(message, destination, MEDIUM).map(({ title, text }) => {
          const embed = {
            title: title.slice(0, MOST_TITLE),
            description: text,
            color: COLOURS[highestOf(message.notices)],
            timestamp: new Date(message.at).toISOString(),
          }
          const body = { embeds: [embed], allowed_mentions: { parse: [] } }
          return { title, url: url.href, headers: {}, body: JSON.stringify(body) }
        }),
      isOurs: ({ status, json }) => status === 204 || typeof fieldOf(json, 'id') === 'string',
    })
  },
}
