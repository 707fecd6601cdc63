import { stemOf } from './owners.ts'

/** What of an address is a login at its origin, each as it is written there. */
export interface AddressLogins {
  readonly users: readonly string[]
  /** Passwords, tickets and tokens. */
  readonly passwords: readonly string[]
}

/** Arguments that are named after a login, and those that often are one. */
const LOGIN_NAME =
  /^(?:user(?:_?(?:name|id))?|login|pass(?:word|wd|phrase)?|pwd?|psw|auth|mac|.*(?:token|key|secret|password))$/i
const MAYBE_LOGIN_NAME =
  /^(?:u|usr|p|pin|sid|st|sig|sign|signature|session(?:_?id)?|hash|md5|jwt|hmac|ticket|hdn(?:ts|ea|tl)|.*(?:auth|sign|hash))$/i
const USER_NAME = /^(?:u|usr|user(?:_?(?:name|id))?|login)$/i

/** Letters and digits in turns, as tickets have them and names of channels do not. */
export const looksSecret = (text: string): boolean =>
  text.length >= 8 && /[a-z]\d/i.test(text) && /\d[a-z]/i.test(text) && !/[.,=:]/.test(text)

/** Whether an argument is one of a login: by its name, or by its value where the name may mean another thing. */
export const isLoginArgument = (name: string, value: string): boolean =>
  LOGIN_NAME.test(name) || (MAYBE_LOGIN_NAME.test(name) && looksSecret(value))

/** Whether an argument names the user of a login. */
export const isUserArgument = (name: string): boolean => USER_NAME.test(name)

const NUMBER = /^\d+(?:\.\w+)?$/
/** `/<user>/<password>/<number>` as panels name their streams, at the top or below `live` and its kin. */
const PANEL = /^((?:\/[^/]+)*)\/([^/]+)\/([^/]+)\/([^/]+)$/
const PANEL_FOLDER = /(?:^|\/)(?:live|movie|series|hls)$/i
/** `/timeshift/<user>/<password>/…` or `/timeshift/<ticket>/<minutes>/…` */
const TIMESHIFT = /\/timeshift\/([^/]+)\/([^/]+)\/./i
/** `/hlsr/<ticket>/…`, often with user, password and number behind it. */
const HLSR = /\/hlsr\/([^/]+)\/(?:([^/]+)\/([^/]+)\/\d+\/)?/i
const PLAY = /\/play\/([^/]+)\/(?:ts|m3u8|hls)$/i
/** Folders that a ticket follows, where it has a digit. */
const BEFORE_TICKET = /\/(?:iptv|token|auth|secure|key)\/([^/]*\d[^/]*)\/./i

/** Shorter ones are words and numbers. */
const LEAST_TICKET = 6

const NONE: AddressLogins = { users: [], passwords: [] }

const isPanel = (before: string, password: string, file: string): boolean => {
  if (PANEL_FOLDER.test(before)) return NUMBER.test(file) || looksSecret(password)
  if (!NUMBER.test(file)) return false
  // Below a folder of another name only what is no plain word.
  return before === '' || (/^\/[^/]+$/.test(before) && !/^[a-z]+$/.test(password))
}

const panelLogins = (path: string): AddressLogins => {
  const [, before = '', user = '', password = '', file = ''] = PANEL.exec(path) ?? []
  return isPanel(before, password, file) ? { users: [user], passwords: [password] } : NONE
}

const timeshiftLogins = (path: string): AddressLogins => {
  const [, first = '', second = ''] = TIMESHIFT.exec(path) ?? []
  return /^\d{1,4}$/.test(second)
    ? { users: [], passwords: [first] }
    : { users: [first], passwords: [second] }
}

const tickets = (path: string): AddressLogins => {
  const [, ticket = '', user = '', password = ''] = HLSR.exec(path) ?? []
  const named = BEFORE_TICKET.exec(path)?.[1] ?? ''
  const played = PLAY.exec(path)?.[1] ?? ''
  // The last folder may be the channel's own.
  const folders = path.split('/').slice(1, -2).filter(looksSecret)
  const behind = named.length >= LEAST_TICKET ? named : ''
  return { users: [user], passwords: [ticket, password, behind, played, ...folders] }
}

/** Folders and arguments that a ticket follows, whatever it looks like. */
const TICKET_NAME =
  /^(?:tok|tkn?|tickets?|session|sess|iptv|secure|access|play|.*(?:token|auth|key|hash|sign?))$/i
/** Too long for a word. */
const LONG = /^[\w%+/=~.*-]{20,}$/

const looksGiven = (name: string, value: string): boolean =>
  isLoginArgument(name, value) ||
  MAYBE_LOGIN_NAME.test(name) ||
  TICKET_NAME.test(name) ||
  looksSecret(value) ||
  LONG.test(value)

/** Parts of one segment of a path: its file's stem, and what stands in it as `name=value` or behind `;`. */
const ticketsInSegment = (segment: string, before: string): string[] => {
  const stem = segment.replace(/\.[a-z0-9]{1,5}$/i, '')
  const [first = '', ...rest] = stem.split(/[;,=:]/)
  let name = first
  const found = looksGiven(before, first) ? [first] : []
  for (const part of rest) {
    if (looksGiven(name, part)) found.push(part)
    name = part
  }
  return found
}

/**
 * What may be a login or ticket in an address that an origin gave by itself: more than in one of a list, since there is none to compare it with, and what is taken for
 * one by mistake leads to the same place.
 */
export const ticketsGiven = (path: string, query: string): string[] => {
  const { users, passwords } = loginsInPath(path)
  const segments = path.split('/').slice(1)
  const named = segments.flatMap((it, at) => ticketsInSegment(it, segments[at - 1] ?? ''))
  const given = query.split(/[?&;]/).flatMap((pair) => {
    const at = pair.indexOf('=')
    const value = pair.slice(at + 1)
    return at > 0 && looksGiven(pair.slice(0, at), value) ? [value] : []
  })
  return [...users, ...passwords, ...named, ...given]
}

/** Arguments that say which of an origin's channels is meant, whatever their values look like. */
const CHANNEL_NAME = /^(?:id|c|ch|s|n|num|name|.*(?:channel|stream)(?:_?(?:id|name))?)$/i
/** Unix seconds or milliseconds, until which an address holds. */
const MOMENT = /^(?:1[5-9]\d{8}|2\d{9})(?:\d{3})?$/

const isOfLogin = (pair: string): boolean => {
  const at = pair.indexOf('=')
  const [name, value] = [pair.slice(0, Math.max(0, at)), pair.slice(at + 1)]
  if (isLoginArgument(name, value) || MOMENT.test(value)) return true
  return !CHANNEL_NAME.test(name) && looksGiven(name, value)
}

/** An address without what changes in it while the channel behind it stays: its login, until when it holds, and the ending, which says as what it is asked for. */
export const withoutLogins = (path: string, query: string): string => {
  const { users, passwords } = loginsInPath(path)
  const logins = new Set([...users, ...passwords])
  const segments = path.split('/').map((it) => (logins.has(it) || MOMENT.test(it) ? '*' : it))
  const pairs = query.split('&').filter((pair) => pair !== '' && !isOfLogin(pair))
  return `${stemOf(segments.join('/'))}?${pairs.join('&')}`
}

const PANEL_STREAMS =
  /\/(?:live|movie|series)\/[^/]+\/[^/]+\/$|\/timeshift\/[^/]+\/[^/]+\/(?:[^/]+\/){0,2}$/i
const ABOVE_STREAMS = /\/(?:live|movie|series|timeshift)\/(?:[^/]+\/)?$/i

/** Whether a directory looks like one of a panel's, where all the streams of a login lie. */
export const isPanelFolder = (directory: string): boolean => PANEL_STREAMS.test(directory)

/** Whether such directories may lie below a directory. */
export const isAbovePanelFolder = (directory: string): boolean => ABOVE_STREAMS.test(directory)

const isSaid = (text: string): boolean => text !== ''

/** Logins in the folders of a path. */
export const loginsInPath = (path: string): AddressLogins => {
  const found = [panelLogins(path), timeshiftLogins(path), tickets(path)]
  return {
    users: found.flatMap(({ users }) => users).filter(isSaid),
    passwords: found.flatMap(({ passwords }) => passwords).filter(isSaid),
  }
}
