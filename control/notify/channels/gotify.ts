import { highestOf } from '../model/notice.ts'
import type { NotifierKind } from '../model/notifier.ts'
import { wordsOf } from '../text/render.ts'
import { fieldOf } from './answers.ts'
import { createHttpNotifier, required } from './http-notifier.ts'

const PRIORITIES = { low: 2, warning: 5, high: 8 } as const

/** In Markdown two blanks at the end of a line keep the break. */
const withBreaks = (text: string): string => text.replaceAll('\n', '  \n')

/** Gotify's `POST /message` with the application's token in a header. */
export const GOTIFY: NotifierKind = {
  create: (destination) => {
    const base = required(destination.url, destination, 'url').replace(/\/+$/, '')
    const token = required(destination.token, destination, 'token')
    return createHttpNotifier(destination, {
      name: 'Gotify',
      parts: (message) =>
        wordsOf(message, destination, { markup: 'markdown' }).map(({ title, text }) => {
          const body = {
            title,
            message: withBreaks(text),
            priority: PRIORITIES[highestOf(message.notices)],
            extras: { 'client::display': { contentType: 'text/markdown' } },
          }
          const headers = { 'x-gotify-key': token }
          return { title, url: `${base}/message`, headers, body: JSON.stringify(body) }
        }),
      isOurs: ({ json }) => typeof fieldOf(json, 'id') === 'number',
    })
  },
}
