import { ARCHIVE_MARK, placeholdersOf } from '#domain/addresses/archive'
import { describePath } from '#domain/channels/channel'
import { escapeText } from '#domain/doors/shape'
import { archiveOf } from './archive.ts'
import type { Channel } from './channel.ts'

/** A template with any value in place of each placeholder. */
const filledAnyhow = (template: string): RegExp => {
  const values = placeholdersOf(template)
  const parts: string[] = []
  let left = template
  for (const value of values) {
    const at = left.indexOf(value)
    parts.push(escapeText(left.slice(0, at)))
    left = left.slice(at + value.length)
  }
  return new RegExp(`^${[...parts, escapeText(left)].join('[^/]+')}$`)
}

/** Whether the query has each argument that the template's query fills with a time. */
const hasTimes = (template: string, args: string): boolean => {
  const timed = template.split('&').filter((pair) => placeholdersOf(pair).length > 0)
  const names = new Set(args.split('&').map((pair) => pair.split('=', 1)[0]))
  return timed.length > 0 && timed.every((pair) => names.has(pair.split('=', 1)[0]))
}

type IsAsked = (rest: string, args: string) => boolean

/** Whether a path and a query are what the channel's own entry names its archive by. */
const readAsked = (channel: Channel): IsAsked => {
  const asked = archiveOf(channel)?.asked ?? ''
  if (asked === '') return () => false
  const [path = '', query = ''] = asked.split('?', 2)
  if (placeholdersOf(path).length === 0)
    return (rest, args) => path === rest && hasTimes(query, args)
  const filled = filledAnyhow(path)
  return (rest) => filled.test(rest)
}

/** Each opening asks; a channel's entry is read once. */
const known = new WeakMap<Channel, IsAsked>()

const isAskedOf = (channel: Channel): IsAsked => {
  const before = known.get(channel)
  if (before !== undefined) return before
  const isAsked = readAsked(channel)
  known.set(channel, isAsked)
  return isAsked
}

/** Whether a path below a channel, with its query, leads into the channel's archive: by a name that says so anywhere, or as the channel's own entry has it. */
export const leadsToArchive = (channel: Channel, rest: string, args: string): boolean => {
  if (rest.startsWith(ARCHIVE_MARK) || describePath(rest, args, 0).archive !== null) return true
  return isAskedOf(channel)(rest, args)
}
