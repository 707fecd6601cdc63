import { decodePercent } from '../credentials/encoding.ts'
import { isLoginArgument, loginsInPath } from './address-logins.ts'

/** A value of a channel's own address that no viewer is shown: often a login of the provider. */
export interface OwnValue {
  /** As it is written, there or by its origin. */
  readonly text: string
  /** What stands for it in manifests. */
  readonly mark: string
  /** The argument that it is the value of, where the short mark may stand for it. */
  readonly name: string | null
  /** Whether it is one of a login, by its place or name: it stands nowhere in a manifest then, not even in text for people. */
  readonly isLogin: boolean
}

/** A directory that is a channel's alone. */
export interface Folder {
  readonly origin: string
  readonly base: string
  /** Names in it that stand for the channel's entry and are not a manifest's by their ending. */
  readonly oddNames: readonly string[]
  /** Values of its address: its manifests may name arguments without theirs. */
  readonly own: readonly OwnValue[]
}

const OWN = '~own'
const MARKS = /~own\d+(?![A-Za-z0-9])/g

/** Distance between the numbers of two spellings of one value; more values than that has no address. */
const SPELLING = 1000

/** Shorter values are no secret, such as a number. */
const LEAST = 4

const UNSAFE = /[^\w.~!$'()*+,;=:@/?%-]/

/** A value as it stands, and as others would write it. */
export const spellings = (text: string): string[] => {
  const plain = decodePercent(text)
  if (plain.length < LEAST) return []
  const encoded = UNSAFE.test(text) ? text : encodeURIComponent(plain)
  return [text, encoded, ...(UNSAFE.test(plain) ? [] : [plain])]
}

/** The values of a channel's own address that no viewer is shown: those of its arguments, a panel's user and password in its path, and the password before its host. `login`: in base64; empty without one. */
export const ownValues = (path: string, query: string, login = ''): readonly OwnValue[] => {
  const found = new Map<string, OwnValue>()
  let values = 0
  const add = (text: string, name: string | null): void => {
    for (const [at, it] of spellings(text).entries()) {
      if (found.has(it)) continue
      const isFirst = ![...found.values()].some((other) => other.name === name)
      const isLogin = name === null || isLoginArgument(name, text)
      // By its place in the address alone: a mark under seal holds on where another value is spelled in more ways.
      const mark = OWN + (values + at * SPELLING)
      found.set(it, { text: it, mark, name: isFirst ? name : null, isLogin })
    }
    values += 1
  }
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    if (at > 0) add(pair.slice(at + 1), pair.slice(0, at))
  }
  const { users, passwords } = loginsInPath(path)
  const password =
    login === ''
      ? ''
      : Buffer.from(login, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
  for (const part of [...users, ...passwords, password]) add(part, null)
  return [...found.values()]
}

/** Shorter ones may stand in other words by chance. */
const LEAST_WITHIN = 6

const isMarkedOff = (text: string, from: number, to: number): boolean =>
  /(?:^|%[\dA-F]{2}|[^A-Za-z0-9])$/i.test(text.slice(Math.max(0, from - 3), from)) &&
  !/^[A-Za-z0-9]/.test(text.slice(to, to + 1))

/** A text with every login in it, set off by other signs than letters and digits, replaced. */
const replaceLogins = (text: string, own: readonly OwnValue[]): string => {
  let out = text
  for (const { text: login, mark, isLogin } of own) {
    if (!isLogin || login.length < LEAST_WITHIN) continue
    for (let at = out.indexOf(login); at >= 0; at = out.indexOf(login, at + mark.length)) {
      const to = at + login.length
      if (isMarkedOff(out, at, to)) out = out.slice(0, at) + mark + out.slice(to)
    }
  }
  return out
}

const LEAVES_THE_EDGE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

const hidePair = (pair: string, own: readonly OwnValue[]): string => {
  const at = pair.indexOf('=')
  const text = pair.slice(at + 1)
  const value = at < 1 ? undefined : own.find((it) => it.text === text)
  if (value === undefined) return replaceLogins(pair, own)
  const name = pair.slice(0, at)
  return `${name}=${value.name === name ? OWN : value.mark}`
}

/** A reference of a rewritten manifest without the channel's own values, which its origin has put into arguments of any name. */
export const hideArguments = (reference: string, own: readonly OwnValue[]): string => {
  const mark = own.length === 0 ? -1 : reference.indexOf('?')
  if (mark < 0 || LEAVES_THE_EDGE.test(reference)) return reference
  const query = reference.slice(mark + 1)
  if (!own.some(({ text }) => query.includes(text))) return reference
  const pairs = query.split('&').map((pair) => hidePair(pair, own))
  return `${reference.slice(0, mark + 1)}${pairs.join('&')}`
}

/** Whether the path of a reference has one of the channel's own values for a part, or a login in one. */
export const namesOwnValue = (reference: string, own: readonly OwnValue[]): boolean => {
  if (own.length === 0 || !own.some(({ text }) => reference.includes(text))) return false
  const [path = ''] = reference.split(/[?#]/, 1)
  return path
    .split('/')
    .some((part) => own.some(({ text }) => text === part) || replaceLogins(part, own) !== part)
}

/** In a path a number may follow, so a mark ends with a sign of its own. */
const PATH_MARKS = /(~own\d+)~/g

/** What stands for a value in a path, or anywhere. */
export const pathMark = ({ mark }: OwnValue): string => (mark.endsWith('~') ? mark : `${mark}~`)

/** A path of a template, whose parts cannot be sealed, without logins in the names of its files. */
export const hideInPath = (path: string, own: readonly OwnValue[]): string => {
  if (!namesOwnValue(path, own)) return path
  const marked = own.map((it) => ({ ...it, mark: pathMark(it) }))
  const mark = path.indexOf('?')
  const end = mark < 0 ? path.length : mark
  const parts = path.slice(0, end).split('/')
  const hidden = parts.map(
    (part) => marked.find(({ text }) => text === part)?.mark ?? replaceLogins(part, marked),
  )
  return hidden.join('/') + path.slice(end)
}

/** A path below the channel as its origin has written it. */
export const openPath = (path: string, own: readonly OwnValue[]): string =>
  own.length === 0 || !hasHidden(path)
    ? path
    : path.replace(PATH_MARKS, (one, mark) => own.find((it) => it.mark === mark)?.text ?? one)

/** Whether a text may have hidden arguments. */
export const hasHidden = (text: string): boolean => text.includes(OWN)

const openPair = (pair: string, own: readonly OwnValue[]): string => {
  const at = pair.indexOf('=')
  const name = pair.slice(0, at)
  const mark = pair.slice(at + 1)
  if (at > 0 && mark === OWN) {
    const value = own.find((it) => it.name === name)
    return value === undefined ? pair : `${name}=${value.text}`
  }
  const whole = at > 0 ? own.find((it) => it.mark === mark) : undefined
  if (whole !== undefined) return `${name}=${whole.text}`
  const opened = pair.replace(MARKS, (one) => own.find((it) => it.mark === one)?.text ?? one)
  // What no manifest has written so would be shown where a playlist shows its arguments.
  return replaceLogins(opened, own) === pair ? opened : pair
}

/** The arguments of a request as its origin has written them. */
export const openArguments = (args: string, own: readonly OwnValue[]): string =>
  own.length === 0 || !hasHidden(args)
    ? args
    : args
        .split('&')
        .map((pair) => openPair(pair, own))
        .join('&')

/** A place at the channel's origin, with marks for the values of its address: a seal of it holds on where these change. */
export const hidePlace = (place: string, own: readonly OwnValue[]): string => {
  const hidden = hideArguments(hideInPath(place, own), own)
  return hidden !== place && openPlace(hidden, own) === place ? hidden : place
}

/** Such a place with the values as they are now. */
export const openPlace = (place: string, own: readonly OwnValue[]): string => {
  const mark = place.indexOf('?')
  return mark < 0
    ? openPath(place, own)
    : `${openPath(place.slice(0, mark), own)}?${openArguments(place.slice(mark + 1), own)}`
}
