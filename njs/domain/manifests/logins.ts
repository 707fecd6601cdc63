import { type OwnValue, ownValues } from '../addresses/own-arguments.ts'

/** Stands where a login stood. */
const MASK = '~own'

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const LEAVES_THE_EDGE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

/** An attribute of HLS with its quotes. */
const ATTRIBUTE = /([A-Z0-9-]+="[^"]*")/
/** Names of attributes that hold addresses. */
const ADDRESS = /URI$|^X-ASSET-LIST$/
/** Licences lie elsewhere, and are asked for as their manifest says; a variable is part of addresses. */
const KEPT = /^#EXT-X-(?:SESSION-)?KEY:|^#EXT-X-DEFINE:/

/** Text for people in a manifest of DASH, and addresses that the edge does not fetch from. */
const PARTS =
  /<!--[^]*?-->|<((?:\w+:)?ProgramInformation)[\s>][^]*?<\/\1>|(?<=<(?:\w+:)?BaseURL[^>]*>\s*)(?:https?:)?\/\/[^<]*/g

/** Whether a text has a part of the login in the channel's own address. */
export const holdsLogin = (text: string, own: readonly OwnValue[]): boolean =>
  own.some((it) => it.isLogin && text.includes(it.text))

/** Shorter ones may stand in other words by chance. */
const LEAST_GIVEN = 6

/** Logins among the arguments that an origin gave an address itself, by a redirection or in a manifest. */
export const loginsGiven = (query: string): readonly OwnValue[] =>
  ownValues('', query).filter((it) => it.isLogin && it.text.length >= LEAST_GIVEN)

/** Whether the file or the arguments of a reference tell a login; its directory is sealed. */
export const tellsLogin = (reference: string, given: readonly OwnValue[]): boolean => {
  if (given.length === 0 || !holdsLogin(reference, given)) return false
  const [path = ''] = reference.split(/[?#]/, 1)
  return holdsLogin(reference.slice(path.lastIndexOf('/') + 1), given)
}

const maskLine = (line: string, mask: (text: string) => string): string => {
  if (!line.startsWith('#')) return LEAVES_THE_EDGE.test(line) ? mask(line) : line
  if (KEPT.test(line)) return line
  return line
    .split(ATTRIBUTE)
    .map((part, at) => {
      const [name = '', value = ''] = at % 2 === 0 ? [] : part.split('="', 2)
      return ADDRESS.test(name) && !LEAVES_THE_EDGE.test(value) ? part : mask(part)
    })
    .join('')
}

/**
 * A rewritten manifest without the login in its channel's own address: in comments, titles and values for people, and in addresses that the edge does
 * not fetch from. Those that lead through the edge have none.
 */
export const maskLogins = (text: string, own: readonly OwnValue[], isDash: boolean): string => {
  const logins = own.filter((it) => it.isLogin && text.includes(it.text))
  if (logins.length === 0) return text
  const words = logins.map((it) => escape(it.text)).sort((a, b) => b.length - a.length)
  const expression = new RegExp(`(?<![A-Za-z0-9])(?:${words.join('|')})(?![A-Za-z0-9])`, 'g')
  const mask = (part: string): string => part.replace(expression, MASK)
  if (isDash) return text.replace(PARTS, mask)
  return text
    .split('\n')
    .map((line) => (holdsLogin(line, logins) ? maskLine(line, mask) : line))
    .join('\n')
}
