import { isLoginArgument, isUserArgument, loginsInPath } from '#domain/addresses/address-logins'
import { decodePercent } from '#domain/credentials/encoding'
import { formatAttribute, parseInfoLine } from '../m3u/info-line.ts'
import type { Playlist, PlaylistEntry } from '../m3u/playlist.ts'
import { eachInTurns } from './yield-to-event-loop.ts'

/** Names under which guides, and others, take a login. */
const LOGIN_NAME =
  '(?:user(?:name)?|login|pass(?:word)?|pwd|secret|auth|(?:access_?|auth_?|api_?)?(?:token|key))'
const LOGIN_ARGUMENT = new RegExp(`[?&;]${LOGIN_NAME}=[^&;]`, 'i')
const LOGIN_BEFORE_HOST = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#\s]*@/i
const DEVICE = /[?&;]mac=(?:[\da-f]{2}(?::|%3a)){5}/i

/** Shorter ones could be part of any word. */
const LEAST_WITHIN = 8
/** Where each stream has one of its own, none is looked for within words: thousands of addresses times thousands of passwords. */
const MOST_WITHIN = 50

/** Shorter ones are numbers, or words that mean another thing elsewhere. */
const LEAST_ARGUMENT = 6

interface Found {
  readonly users: string[]
  readonly passwords: string[]
}

const loginsOf = (address: string): Found => {
  const [, before = '', path = '', rest = ''] =
    /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#;]*)([^?#;]*)(.*)$/is.exec(address) ?? []
  const inPath = loginsInPath(path)
  const found = { users: [...inPath.users], passwords: [...inPath.passwords] }
  const at = before.lastIndexOf('@')
  const colon = before.indexOf(':')
  if (at > 0 && colon >= 0 && colon < at) {
    found.users.push(before.slice(0, colon))
    found.passwords.push(before.slice(colon + 1, at))
  }
  if (!rest.includes('=')) return found
  for (const pair of rest.split(/[?&;#|]/)) {
    const mark = pair.indexOf('=')
    const name = pair.slice(0, mark)
    const value = pair.slice(mark + 1)
    if (mark < 1 || value.length < LEAST_ARGUMENT) continue
    if (isUserArgument(name)) found.users.push(value)
    else if (isLoginArgument(name, value)) found.passwords.push(value)
  }
  return found
}

/** Whether a user's name may not stand for another thing. */
const isOwnName = (user: string): boolean => user.length >= LEAST_ARGUMENT && /\d/.test(user)

/** Passwords, and users' names that are no common words, in the addresses of a list's streams and of the list: in their path, their query, and before their host. */
export const passwordsOf = async (
  entries: readonly Pick<PlaylistEntry, 'url'>[],
  address = '',
): Promise<Set<string>> => {
  const found = new Set<string>()
  await eachInTurns([{ url: address }, ...entries], ({ url }) => {
    const { users, passwords } = loginsOf(url)
    for (const it of [...users.filter(isOwnName), ...passwords])
      if (it !== '') found.add(it).add(decodePercent(it))
    const [user, password] = [users[0], passwords[0]].map((it) => decodePercent(it ?? ''))
    if (user && password) found.add(Buffer.from(`${user}:${password}`).toString('base64'))
  })
  return found
}

/** A text as it stands, and as it reads decoded; addresses stand in arguments of others. */
const readings = (text: string): string[] => {
  if (!text.includes('%')) return [text]
  const once = decodePercent(text)
  return [text, once, decodePercent(once)]
}

const isSecretAddress = (address: string, passwords: ReadonlySet<string>): boolean =>
  LOGIN_BEFORE_HOST.test(address) ||
  (address.includes('//') && (LOGIN_ARGUMENT.test(address) || DEVICE.test(address))) ||
  address.split(/[/?&=;]/).some((part) => passwords.has(part)) ||
  (passwords.size <= MOST_WITHIN &&
    [...passwords].some((it) => it.length >= LEAST_WITHIN && address.includes(it)))

/** Whether an address holds a login: before its host, in its query, or a password of the list's own streams. */
export const showsLogin = (address: string, passwords: ReadonlySet<string>): boolean =>
  readings(address).some((it) => isSecretAddress(it, passwords))

/** No scheme is as long as a picture that stands in its own address. */
const ADDRESS = /(?:[a-z][a-z0-9+.-]{0,30}:)?\/\/[^\s"'|,]+/gi
/** Headers of HTTP that are a login, in any of the ways players are given them. */
const LOGIN_HEADER =
  /(?:^|[^a-z])(?:(?:proxy-)?authorization|cookie2?|x-(?:[a-z]+-){0,9}(?:key|token|auth))["']?\s*(?:[:=]|%3[ad])/i
const LOGIN_OPTION = /^#EXTVLCOPT:\s*:?[a-z]+-(?:user|username|pwd|password)\s*=/i

const holdsAddress = (text: string, passwords: ReadonlySet<string>): boolean =>
  (text.match(ADDRESS) ?? []).some((address) => showsLogin(address, passwords))

const SECRET_NAME = /(?:pass(?:word|wd|phrase)?|pwd|token|secret)["']?\s*=/i
/** Shorter ones could be any number or word. */
const LEAST_ALONE = 4

const BETWEEN_WORDS = /[\s=:,;&|"'/?()<>[\]]+/
const WORD = /[^\s=:,;&|"'/?()<>[\]]+/g

/** Whether a password of the list's streams stands by itself in a line. */
const holdsPassword = (
  text: string,
  passwords: ReadonlySet<string>,
  least = LEAST_ALONE,
): boolean =>
  passwords.size > 0 &&
  text.split(BETWEEN_WORDS).some((word) => word.length >= least && passwords.has(word))

/** A text for people without the logins in it. */
const masked = (text: string, passwords: ReadonlySet<string>): string =>
  holdsPassword(text, passwords, LEAST_ARGUMENT)
    ? text.replace(WORD, (it) => (it.length >= LEAST_ARGUMENT && passwords.has(it) ? '…' : it))
    : text

const isPlainlyOpen = (line: string, passwords: ReadonlySet<string>): boolean =>
  !LOGIN_HEADER.test(line) &&
  !LOGIN_OPTION.test(line) &&
  !holdsAddress(line, passwords) &&
  !holdsPassword(line, passwords)

/** Players are given headers and addresses percent-encoded, too. */
const isOpen = (line: string, passwords: ReadonlySet<string>): boolean =>
  isPlainlyOpen(line, passwords) &&
  (!line.includes('%') || isPlainlyOpen(decodePercent(line), passwords))

/** An archive's source beside the channel's address is sent by players as it stands; one elsewhere, or from the host's root, is kept at the edge. */
const isSecretSource = (value: string, passwords: ReadonlySet<string>): boolean =>
  !/^\/|:\/\//.test(value) &&
  (LOGIN_ARGUMENT.test(`&${value.replace(/^[?&]/, '')}`) || showsLogin(value, passwords))

/** `http-headers="Authorization: …"` and `authorization="…"`, as some players take them. */
export const isLoginHeader = (name: string, value: string): boolean =>
  value !== '' && (LOGIN_HEADER.test(value) || LOGIN_HEADER.test(`${name}=`))

/** Words that lose nothing but the login. */
const FOR_PEOPLE = /^(?:group-title|tvg-name)$/i

/** Whether an attribute of an entry or a list holds a login. */
export const isSecretAttribute = (
  name: string,
  value: string,
  passwords: ReadonlySet<string>,
): boolean => {
  if (/^catchup-source$/i.test(name)) return isSecretSource(value, passwords)
  if (FOR_PEOPLE.test(name) && !value.includes('//')) return false
  return (
    readings(value).some((it) => holdsAddress(it, passwords)) ||
    isLoginHeader(name, value) ||
    SECRET_NAME.test(`${name}=`) ||
    (value.length >= LEAST_ALONE && passwords.has(value)) ||
    // Short passwords are words of people, too.
    holdsPassword(value, passwords, LEAST_WITHIN) ||
    (/\/|%2f/i.test(value) && showsLogin(value, passwords))
  )
}

const cleanInfo = (line: string, passwords: ReadonlySet<string>): string => {
  const mayHold =
    /\/|%2f/i.test(line) ||
    /catchup-source/i.test(line) ||
    LOGIN_HEADER.test(line) ||
    SECRET_NAME.test(line) ||
    holdsPassword(line, passwords)
  if (!mayHold) return line
  const parts: string[] = []
  let at = 0
  for (const { name, value, from, to } of parseInfoLine(line).attributes) {
    const written = line.slice(from, to)
    const open = isSecretAttribute(name, value, passwords)
      ? formatAttribute({ name, value: '' })
      : written
    parts.push(
      masked(line.slice(at, from), passwords),
      FOR_PEOPLE.test(name) ? masked(open, passwords) : open,
    )
    at = to
  }
  return parts.join('') + masked(line.slice(at), passwords)
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
  const name = masked(item.name, passwords)
  const titles = item.titles.map((it) => masked(it, passwords))
  const before = item.before.filter((line) => isOpen(line, passwords))
  const after = item.after.filter((line) => isOpen(line, passwords))
  const suffix = cleanSuffix(item.suffix, passwords)
  const isSame =
    info === item.info &&
    before.length === item.before.length &&
    after.length === item.after.length &&
    suffix === item.suffix &&
    name === item.name &&
    titles.every((title, index) => title === item.titles[index])
  return isSame ? item : { ...item, info, before, after, suffix, name, titles }
}

/** The lines of a list that belong to no entry, without those that hold a login. */
export const openLines = (
  { directives, trailing }: Playlist,
  passwords: ReadonlySet<string>,
): Pick<Playlist, 'directives' | 'trailing'> => ({
  directives: directives.filter((line) => isOpen(line, passwords)),
  trailing: trailing.filter((line) => isOpen(line, passwords)),
})
