import { looksSecret } from '../addresses/address-logins.ts'
import { hasGiven } from '../addresses/given-values.ts'
import type { Mapper } from '../addresses/mapper.ts'
import { type OwnValue, pathMark } from '../addresses/own-arguments.ts'
import { escapePattern } from '../spellings/escape-pattern.ts'

/** Stands where a login stood. */
const MASK = '~own'

const LEAVES_THE_EDGE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

/** An attribute of HLS with its quotes. */
const ATTRIBUTE = /([A-Z0-9-]+="[^"]*")/
/** Names of attributes that hold addresses. */
const ADDRESS = /URI$|^X-ASSET-LIST$/
/** Licences lie elsewhere, and are asked for as their manifest says; a variable is part of addresses. */
const KEPT = /^#EXT-X-(?:SESSION-)?KEY:|^#EXT-X-DEFINE:/

/** Text for people in a manifest of DASH, and addresses that the edge does not fetch from. */
const PARTS =
  /<!--[^]*?-->|<\?(?!xml\s)[^]*?\?>|<((?:\w+:)?ProgramInformation)[\s>][^]*?<\/\1>|(?<=<(?:\w+:)?BaseURL[^>]*>\s*)(?:https?:)?\/\/[^<]*/g

/** Whether a text has a part of the login in the channel's own address. */
export const holdsLogin = (text: string, own: readonly OwnValue[]): boolean =>
  own.some((it) => it.isLogin && text.includes(it.text))

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
  const words = logins.map((it) => escapePattern(it.text)).sort((a, b) => b.length - a.length)
  const expression = new RegExp(`(?<![A-Za-z0-9])(?:${words.join('|')})(?![A-Za-z0-9])`, 'g')
  const mask = (part: string): string => part.replace(expression, MASK)
  if (isDash) return text.replace(PARTS, mask)
  return text
    .split('\n')
    .map((line) => (holdsLogin(line, logins) ? maskLine(line, mask) : line))
    .join('\n')
}

/** Protection of one kind of keys in DASH, with its licence addresses. */
const PROTECTION =
  /(<(?:\w+:)?ContentProtection(?:\s[^>]*)?(?<!\/)>[^]*?<\/(?:\w+:)?ContentProtection\s*>)/
const IN_FULL = /((?:https?:)?\/\/[^\s"'<>]+)/
const LICENCE = /^(#EXT-X-(?:SESSION-)?KEY:.*?)(URI="[^"]*")(.*)$/

/** A few words in a text set off by other signs than letters and digits. */
const hider = (values: readonly OwnValue[]): ((text: string) => string) => {
  const marks = new Map(values.map((it) => [it.text, pathMark(it)]))
  const words = [...marks.keys()].sort((a, b) => b.length - a.length).map(escapePattern)
  const expression = new RegExp(
    `(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))(?:${words.join('|')})(?![A-Za-z0-9])`,
    'g',
  )
  return (text) => text.replace(expression, (found) => marks.get(found) ?? MASK)
}

/**
 * A rewritten manifest without logins that no word is like, wherever they stand: in elements and attributes that the edge does not know, in events, in names. A mark that the
 * edge opens stands for each, since names become parts of addresses. Licence addresses of other hosts stay.
 */
export const hideEverywhere = (
  text: string,
  values: readonly OwnValue[],
  { rewrite }: Pick<Mapper, 'rewrite'>,
): string => {
  const found = values.filter(
    (it) => it.isLogin && (looksSecret(it.text) || hasGiven(it.mark)) && text.includes(it.text),
  )
  if (found.length === 0) return text
  const hide = hider(found)
  const isElsewhere = (address: string): boolean => rewrite(address) === address
  if (!/^[\s\uFEFF]*#EXTM3U/.test(text.slice(0, 64)))
    return text
      .split(PROTECTION)
      .map((part, at) => {
        if (at % 2 === 0) return hide(part)
        const inside = part.split(IN_FULL)
        return inside.map((it, odd) => (odd % 2 === 1 && isElsewhere(it) ? it : hide(it))).join('')
      })
      .join('')
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('#EXT-X-DEFINE:')) return line
      const [, before = '', address = '', after = ''] = LICENCE.exec(line) ?? []
      return address === '' ? hide(line) : hide(before) + address + hide(after)
    })
    .join('\n')
}
