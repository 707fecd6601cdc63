import mustache from 'mustache'
import { subjectOf } from '../model/notice.ts'
import type { Destination, Message } from '../model/notifier.ts'
import { filled, NOUNS, WORDS } from './catalogue.ts'
import { counted, type Language, localTime } from './languages.ts'
import { type Markup, onOneLine, WRITING } from './markup.ts'
import { type Room, splitText } from './split.ts'
import { type Speech, type View, viewOf } from './view.ts'

/** The default template of a notice's text. */
export const DEFAULT_TEXT = `{{sentence}}
{{#detail}}
{{detail}}
{{/detail}}
{{#has_streams}}

{{#bold}}{{streams_counted}}{{/bold}}
{{#streams}}
• {{line}}
{{/streams}}

{{/has_streams}}
{{#is_finding}}
{{confidence_word}}: {{confidence}} % · {{severity_word}}: {{severity_name}} · {{action_word}}: {{action_name}}, {{outcome_name}}
{{{ids}}}
{{/is_finding}}
`

/** A part of a message in words. */
export interface Words {
  readonly title: string
  /** In the markup asked for. */
  readonly text: string
}

/** What a service can take. */
export interface Medium {
  readonly markup: Markup
  /** Room of one part's text; one part takes everything when not set. */
  readonly room?: Room
}

/** So much is sent at most of one message, in parts. */
const MOST_PARTS = 10

const speechOf = (destination: Destination, markup: Markup): Speech => ({
  language: destination.language,
  timeZone: destination.time_zone,
  markup,
})

const render = (template: string, view: View, markup: Markup): string =>
  mustache.render(template, view, undefined, {
    escape: (value: unknown) => WRITING[markup].escape(String(value)),
  })

const titleOf = (message: Message, destination: Destination, views: readonly View[]): string => {
  const { language, template } = destination
  if (message.kind === 'closing') return WORDS.closingTitle[language]
  const [only] = views
  if (views.length === 1 && only !== undefined)
    return onOneLine(render(template?.title ?? '{{title}}', only, 'plain'))
  const subjects = new Set(message.notices.map(subjectOf))
  const about = subjects.size === 1 ? `: ${String(only?.['name'])}` : ''
  return counted(language, views.length, NOUNS.notice[language]) + about
}

const closingText = (until: number, { language, timeZone, markup }: Speech): string => {
  const at = localTime(language, until, timeZone)
  return WRITING[markup].escape(filled(WORDS.closing[language], { until: at }))
}

const textOf = (message: Message, destination: Destination, speech: Speech): string => {
  const { markup } = speech
  if (message.kind === 'closing') return closingText(message.until ?? message.at, speech)
  const views = message.notices.map((notice) => viewOf(notice, speech))
  const texts = views.map((view) => {
    const text = render(destination.template?.text ?? DEFAULT_TEXT, view, markup).trim()
    const { bold, escape } = WRITING[markup]
    return views.length === 1 ? text : `${bold(escape(String(view['title'])))}\n${text}`
  })
  return texts.join('\n\n').replace(/\n{3,}/g, '\n\n')
}

const cutLine =
  (language: Language) =>
  (lines: number): string =>
    filled(WORDS.cut[language], { lines: counted(language, lines, NOUNS.line[language]) })

/** A message in words, in as many parts as the medium needs. */
export const wordsOf = (message: Message, destination: Destination, medium: Medium): Words[] => {
  const { language } = destination
  const { markup, room } = medium
  const plain = speechOf(destination, 'plain')
  const views = message.notices.map((notice) => viewOf(notice, plain))
  const title = titleOf(message, destination, views)
  const text = textOf(message, destination, speechOf(destination, markup))
  const most = { most: MOST_PARTS, cut: cutLine(language) }
  const parts = room === undefined ? [text] : splitText(text, room, most)
  return parts.map((part, at) => ({
    title: parts.length === 1 ? title : `${title} (${at + 1}/${parts.length})`,
    text: part,
  }))
}
