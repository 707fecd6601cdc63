import { looksSecret } from '#domain/addresses/address-logins'
import { parseInfoLine } from '../m3u/info-line.ts'
import { formatAttribute } from '../m3u/plain-line.ts'
import type { Attribute, Playlist, PlaylistEntry } from '../m3u/playlist.ts'
import { hasPassword, masked, readings } from './spelled-logins.ts'

/** Names under which guides, and others, take a login. */
const LOGIN_NAME =
  '(?:user(?:name)?|login|pass(?:word)?|pwd|secret|auth|(?:access_?|auth_?|api_?)?(?:token|key))'
const LOGIN_ARGUMENT = new RegExp(`[?&;]${LOGIN_NAME}=[^&;]`, 'i')
const LOGIN_BEFORE_HOST = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#\s]*@/i
const DEVICE = /[?&;]mac=(?:[\da-f]{2}(?::|%3a)){5}/i

/** Shorter ones stand in a text for people by chance. */
const LEAST_WITHIN = 8
/** Shorter ones could be any number or word. */
const LEAST_ALONE = 4

const isSecretAddress = (address: string, passwords: ReadonlySet<string>): boolean =>
  LOGIN_BEFORE_HOST.test(address) ||
  (address.includes('//') && (LOGIN_ARGUMENT.test(address) || DEVICE.test(address))) ||
  address.split(/[/?&=;]/).some((part) => passwords.has(part)) ||
  hasPassword(address, passwords, LEAST_WITHIN)

/** Whether an address holds a login: before its host, in its query, or a password of the list's own streams. */
export const showsLogin = (address: string, passwords: ReadonlySet<string>): boolean =>
  readings(address, passwords).some((it) => isSecretAddress(it, passwords))

/** No scheme is as long as a picture that stands in its own address. */
const ADDRESS = /(?:[a-z][a-z0-9+.-]{0,30}:)?\/\/[^\s"'|,]+/gi
/** Headers of HTTP that are a login, in any of the ways players are given them. */
const LOGIN_HEADER =
  /(?:^|[^a-z])(?:(?:proxy-)?authorization|cookie2?|x-(?:[a-z]+-){0,9}(?:key|token|auth))["']?\s*(?:[:=]|%3[ad])/i
const LOGIN_OPTION = /^#EXTVLCOPT:\s*:?[a-z]+-(?:user|username|pwd|password)\s*=/i

const holdsAddress = (text: string, passwords: ReadonlySet<string>): boolean =>
  (text.match(ADDRESS) ?? []).some((address) => showsLogin(address, passwords))

const SECRET_NAME = /(?:pass(?:word|wd|phrase)?|pwd|token|secret)["']?\s*=/i

const isPlainlyOpen = (line: string, passwords: ReadonlySet<string>): boolean =>
  !LOGIN_HEADER.test(line) &&
  !LOGIN_OPTION.test(line) &&
  !holdsAddress(line, passwords) &&
  !hasPassword(line, passwords, LEAST_ALONE)

/** Players are given headers and addresses encoded, too. */
const isOpen = (line: string, passwords: ReadonlySet<string>): boolean =>
  readings(line, passwords).every((it) => isPlainlyOpen(it, passwords))

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
    isLoginHeader(name, value) ||
    SECRET_NAME.test(`${name}=`) ||
    (value.length >= LEAST_ALONE && passwords.has(value)) ||
    readings(value, passwords).some(
      (it) =>
        holdsAddress(it, passwords) ||
        // Short passwords are words of people, too.
        hasPassword(it, passwords, LEAST_WITHIN) ||
        (it.includes('/') && isSecretAddress(it, passwords)),
    )
  )
}

const mayHold = (line: string, passwords: ReadonlySet<string>): boolean =>
  /\/|%2f/i.test(line) ||
  /catchup-source/i.test(line) ||
  LOGIN_HEADER.test(line) ||
  SECRET_NAME.test(line) ||
  readings(line, passwords).some((it) => hasPassword(it, passwords, LEAST_ALONE))

const cleanAttribute = (
  { name, value }: Attribute,
  written: string,
  passwords: ReadonlySet<string>,
): string => {
  if (readings(name, passwords).some((it) => hasPassword(it, passwords, LEAST_WITHIN))) return ''
  if (isSecretAttribute(name, value, passwords)) return formatAttribute({ name, value: '' })
  const open = FOR_PEOPLE.test(name) ? masked(value, passwords) : value
  return open === value ? written : formatAttribute({ name, value: open })
}

const cleanInfo = (line: string, passwords: ReadonlySet<string>): string => {
  if (!mayHold(line, passwords)) return line
  const parts: string[] = []
  let at = 0
  for (const { name, value, from, to } of parseInfoLine(line).attributes) {
    parts.push(
      masked(line.slice(at, from), passwords),
      cleanAttribute({ name, value }, line.slice(from, to), passwords),
    )
    at = to
  }
  return parts.join('') + masked(line.slice(at), passwords)
}

const cleanSuffix = (suffix: string, passwords: ReadonlySet<string>): string => {
  if (suffix === '') return ''
  const parts = suffix.slice(1).split('&')
  const open = parts.filter((part) => isOpen(part, passwords))
  // Encoded, one may stand over several parts.
  if (open.length === 0 || !isOpen(open.join('&'), passwords)) return ''
  return open.length === parts.length ? suffix : `|${open.join('&')}`
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

const secrets = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>()

/** Those that no word is like. */
const secretsOf = (passwords: ReadonlySet<string>): ReadonlySet<string> => {
  const before = secrets.get(passwords)
  if (before !== undefined) return before
  const made = new Set([...passwords].filter(looksSecret))
  secrets.set(passwords, made)
  return made
}

/** A name for a channel; empty where it would show a login. */
export const openId = (id: string, passwords: ReadonlySet<string>): string => {
  const found = secretsOf(passwords)
  return readings(id, passwords).some((it) => hasPassword(it, found, LEAST_WITHIN)) ? '' : id
}

/** The lines of a list that belong to no entry, without those that hold a login. */
export const openLines = (
  { directives, trailing }: Playlist,
  passwords: ReadonlySet<string>,
): Pick<Playlist, 'directives' | 'trailing'> => ({
  directives: directives.filter((line) => isOpen(line, passwords)),
  trailing: trailing.filter((line) => isOpen(line, passwords)),
})
