import { highestOf } from '../model/notice.ts'
import type { NotifierKind } from '../model/notifier.ts'
import { WRITING } from '../text/markup.ts'
import { wordsOf } from '../text/render.ts'
import { fieldOf } from './answers.ts'
import { createHttpNotifier, required } from './http-notifier.ts'

const SERVER = 'https://api.telegram.org'
/** 4096 characters with the title, which stands in the text. */
const MEDIUM = {
  markup: 'html',
  room: { limit: 3700, lengthOf: (text: string) => text.length },
} as const
const MOST_TITLE = 300

const TAG = /<\/?([a-z-]+)[^<>]*>/g

/** Whether every tag is closed in turn: a part of a longer text may have lost one, and Telegram refuses it then. */
const isBalanced = (html: string): boolean => {
  const open: string[] = []
  for (const [tag, name = ''] of html.matchAll(TAG)) {
    if (!tag.startsWith('</')) open.push(name)
    else if (open.pop() !== name) return false
  }
  return open.length === 0
}

/** The Bot API's `sendMessage` with HTML. */
export const TELEGRAM: NotifierKind = {
  create: (destination) => {
    const token = required(destination.token, destination, 'token')
    const chat = required(destination.chat_id, destination, 'chat_id')
    const base = (destination.url ?? SERVER).replace(/\/+$/, '')
    const { thread_id: thread } = destination
    const { bold, escape } = WRITING.html
    return createHttpNotifier(destination, {
      name: 'Telegram',
      parts: (message) =>
        wordsOf(message, destination, MEDIUM).map(({ title, text }) => {
          const part = isBalanced(text) ? text : text.replace(TAG, '')
          const body = {
            chat_id: chat,
            ...(thread === undefined ? {} : { message_thread_id: Number(thread) }),
            text: `${bold(escape(title.slice(0, MOST_TITLE)))}\n\n${part}`,
            parse_mode: 'HTML',
            link_preview_options: { is_disabled: true },
            disable_notification: highestOf(message.notices) === 'low',
          }
          const url = `${base}/bot${token}/sendMessage`
          return { title, url, headers: {}, body: JSON.stringify(body) }
        }),
      isOurs: ({ json }) => fieldOf(json, 'ok') === true,
    })
  },
}
