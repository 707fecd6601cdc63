import { decodePercent } from '../credentials/encoding.ts'

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

const OWN = '~own'

/** Shorter values are no secret, such as a number. */
const LEAST = 4

/** `/live/<user>/<password>/<number>`, as panels name their streams. */
const PANEL = /^(?:\/[a-z]+)?\/([^/]+)\/([^/]+)\/\d+(?:\.\w+)?$/i

const LOGIN_NAME =
  /^(?:user(?:name)?|login|pass(?:word|wd)?|pwd|secret|auth|(?:access_?|auth_?|api_?)?(?:token|key))$/i

const UNSAFE = /[^\w.~!$'()*+,;=:@/?%-]/

/** A value as it stands, and as others would write it. */
const spellings = (text: string): string[] => {
  const plain = decodePercent(text)
  if (plain.length < LEAST) return []
  const encoded = UNSAFE.test(text) ? text : encodeURIComponent(plain)
  return [text, encoded, ...(UNSAFE.test(plain) ? [] : [plain])]
}

/** The values of a channel's own address that no viewer is shown: those of its arguments, and a panel's user and password in its path. */
export const ownValues = (path: string, query: string): readonly OwnValue[] => {
  const found = new Map<string, OwnValue>()
  const add = (text: string, name: string | null): void => {
    for (const it of spellings(text)) {
      if (found.has(it)) continue
      const isFirst = ![...found.values()].some((other) => other.name === name)
      const isLogin = name === null || LOGIN_NAME.test(name)
      found.set(it, { text: it, mark: OWN + found.size, name: isFirst ? name : null, isLogin })
    }
  }
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    if (at > 0) add(pair.slice(at + 1), pair.slice(0, at))
  }
  for (const part of PANEL.exec(path)?.slice(1) ?? []) add(part, null)
  return [...found.values()]
}

const LEAVES_THE_EDGE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

const hidePair = (pair: string, own: readonly OwnValue[]): string => {
  const at = pair.indexOf('=')
  const text = pair.slice(at + 1)
  const value = at < 1 ? undefined : own.find((it) => it.text === text)
  if (value === undefined) return pair
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

/** Whether the path of a reference has one of the channel's own values for a part. */
export const namesOwnValue = (reference: string, own: readonly OwnValue[]): boolean => {
  if (own.length === 0 || !own.some(({ text }) => reference.includes(text))) return false
  const [path = ''] = reference.split(/[?#]/, 1)
  return path.split('/').some((part) => own.some(({ text }) => text === part))
}

/** Whether a text may have hidden arguments. */
export const hasHidden = (text: string): boolean => text.includes(`=${OWN}`)

const openPair = (pair: string, own: readonly OwnValue[]): string => {
  const at = pair.indexOf('=')
  const name = pair.slice(0, at)
  const mark = pair.slice(at + 1)
  if (at < 1 || !mark.startsWith(OWN)) return pair
  const value = own.find((it) => (mark === OWN ? it.name === name : it.mark === mark))
  return value === undefined ? pair : `${name}=${value.text}`
}

/** The arguments of a request as its origin has written them. */
export const openArguments = (args: string, own: readonly OwnValue[]): string =>
  own.length === 0 || !hasHidden(args)
    ? args
    : args
        .split('&')
        .map((pair) => openPair(pair, own))
        .join('&')
