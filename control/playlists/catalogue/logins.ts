import { decodePercent } from '#domain/credentials/encoding'
import { formatAttribute, parseInfoLine } from '../m3u/info-line.ts'
import type { Playlist, PlaylistEntry } from '../m3u/playlist.ts'

/** Names under which guides, and others, take a login. */
const LOGIN_NAME =
  '(?:user(?:name)?|login|pass(?:word)?|pwd|secret|auth|(?:access_?|auth_?|api_?)?(?:token|key))'
const LOGIN_ARGUMENT = new RegExp(`[?&;]${LOGIN_NAME}=[^&;]`, 'i')
const LOGIN_VALUE =
  /[?&;](?:pass(?:word)?|pwd|secret|(?:access_?|auth_?|api_?)?(?:token|key))=([^&;#|]{6,})/gi
const LOGIN_BEFORE_HOST = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#\s]*@/i
/** `/live/<user>/<password>/<number>`, as panels name their streams. */
const PANEL =
  /^[a-z]+:\/\/[^/]+(?:\/(?:live|movie|series|timeshift))?\/([^/]+)\/([^/]+)\/\d+(?:\.\w+)?$/i

/** Shorter ones could be part of any word. */
const LEAST_WITHIN = 8
/** Where each stream has one of its own, none is looked for within words: thousands of addresses times thousands of passwords. */
const MOST_WITHIN = 50

/** Passwords that stand in the addresses of a list's streams: in their path, their query, and before their host. */
export const passwordsOf = (entries: readonly PlaylistEntry[]): Set<string> => {
  const found = new Set<string>()
  for (const { url } of entries) {
    const password = PANEL.exec(url.split('?', 1)[0] ?? '')?.[2]
    if (password !== undefined) found.add(password)
    const before = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i.exec(url)?.[1]
    if (before !== undefined) found.add(before)
    if (url.includes('=')) for (const [, value = ''] of url.matchAll(LOGIN_VALUE)) found.add(value)
  }
  return found
}

/** Whether an address holds a login: before its host, in its query, or a password of the list's own streams. */
export const showsLogin = (address: string, passwords: ReadonlySet<string>): boolean =>
  LOGIN_BEFORE_HOST.test(address) ||
  (address.includes('//') && LOGIN_ARGUMENT.test(address)) ||
  address.split(/[/?&=;]/).some((part) => passwords.has(part)) ||
  (passwords.size <= MOST_WITHIN &&
    [...passwords].some((it) => it.length >= LEAST_WITHIN && address.includes(it)))

const ADDRESS = /(?:[a-z][a-z0-9+.-]*:)?\/\/[^\s"'|,]+/gi
/** Headers of HTTP that are a login, in any of the ways players are given them. */
const LOGIN_HEADER =
  /(?:^|[^a-z])(?:(?:proxy-)?authorization|cookie2?|x-(?:[a-z]+-)*(?:key|token|auth))["']?\s*(?:[:=]|%3[ad])/i
const LOGIN_OPTION = /^#EXTVLCOPT:\s*:?[a-z]+-(?:user|username|pwd|password)\s*=/i

const holdsAddress = (text: string, passwords: ReadonlySet<string>): boolean =>
  (text.match(ADDRESS) ?? []).some((address) => showsLogin(address, passwords))

const SECRET_NAME = /(?:pass(?:word|wd|phrase)?|pwd|token|secret)["']?\s*=/i
/** Shorter ones could be any number or word. */
const LEAST_ALONE = 4

/** Whether a password of the list's streams stands by itself in a line. */
const holdsPassword = (
  text: string,
  passwords: ReadonlySet<string>,
  least = LEAST_ALONE,
): boolean =>
  passwords.size > 0 &&
  text.split(/[\s=:,;&|"'/?]+/).some((word) => word.length >= least && passwords.has(word))

const isPlainlyOpen = (line: string, passwords: ReadonlySet<string>): boolean =>
  !LOGIN_HEADER.test(line) &&
  !LOGIN_OPTION.test(line) &&
  !holdsAddress(line, passwords) &&
  !holdsPassword(line, passwords)

/** Players are given headers and addresses percent-encoded, too. */
const isOpen = (line: string, passwords: ReadonlySet<string>): boolean =>
  isPlainlyOpen(line, passwords) &&
  (!line.includes('%') || isPlainlyOpen(decodePercent(line), passwords))

/** An archive's source beside the channel's address is sent by players as it stands; one elsewhere is kept at the edge. */
const isSecretSource = (value: string, passwords: ReadonlySet<string>): boolean =>
  !value.includes('://') &&
  (LOGIN_ARGUMENT.test(`&${value.replace(/^[?&]/, '')}`) || showsLogin(value, passwords))

/** `http-headers="Authorization: …"` and `authorization="…"`, as some players take them. */
export const isLoginHeader = (name: string, value: string): boolean =>
  value !== '' && (LOGIN_HEADER.test(value) || LOGIN_HEADER.test(`${name}=`))

const isSecretAttribute = (
  name: string,
  value: string,
  passwords: ReadonlySet<string>,
): boolean => {
  if (name.toLowerCase() === 'catchup-source') return isSecretSource(value, passwords)
  return (
    holdsAddress(value, passwords) ||
    isLoginHeader(name, value) ||
    SECRET_NAME.test(`${name}=`) ||
    (value.length >= LEAST_ALONE && passwords.has(value)) ||
    // Names and groups are words of people, and so are short passwords.
    holdsPassword(value, passwords, LEAST_WITHIN) ||
    (value.includes('//') && showsLogin(value, passwords))
  )
}

const cleanInfo = (line: string, passwords: ReadonlySet<string>): string => {
  const mayHold =
    line.includes('//') ||
    /catchup-source/i.test(line) ||
    LOGIN_HEADER.test(line) ||
    SECRET_NAME.test(line) ||
    holdsPassword(line, passwords)
  if (!mayHold) return line
  let made = line
  for (const { name, value, from, to } of parseInfoLine(line).attributes.toReversed())
    if (isSecretAttribute(name, value, passwords))
      made = made.slice(0, from) + formatAttribute({ name, value: '' }) + made.slice(to)
  return made
}

const cleanSuffix = (suffix: string, passwords: ReadonlySet<string>): string => {
  const parts = suffix.slice(1).split('&')
  const open = parts.filter((part) => isOpen(part, passwords))
  if (open.length === parts.length) return suffix
  return open.length === 0 ? '' : `|${open.join('&')}`
}

/** An entry without logins of the provider in its attributes, its directives and what stands behind its address. The archive's own address stays: lists show another. */
export const withoutLogins = (
  item: PlaylistEntry,
  passwords: ReadonlySet<string>,
): PlaylistEntry => {
  const info = item.info === null ? null : cleanInfo(item.info, passwords)
  const before = item.before.filter((line) => isOpen(line, passwords))
  const after = item.after.filter((line) => isOpen(line, passwords))
  const suffix = cleanSuffix(item.suffix, passwords)
  const isSame =
    info === item.info &&
    before.length === item.before.length &&
    after.length === item.after.length &&
    suffix === item.suffix
  return isSame ? item : { ...item, info, before, after, suffix }
}

/** The lines of a list that belong to no entry, without those that hold a login. */
export const openLines = (
  { directives, trailing }: Playlist,
  passwords: ReadonlySet<string>,
): Pick<Playlist, 'directives' | 'trailing'> => ({
  directives: directives.filter((line) => isOpen(line, passwords)),
  trailing: trailing.filter((line) => isOpen(line, passwords)),
})
