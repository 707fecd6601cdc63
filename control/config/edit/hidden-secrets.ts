import { createHmac } from 'node:crypto'
import { isPair, isScalar, parseDocument, Scalar, visit } from 'yaml'

/** Hides the secrets in a configuration's text, and puts them back. */
export interface HiddenSecrets {
  /** The text with a mark in place of each secret; the same secret has the same mark. */
  hide(text: string): string
  /** The value of a setting likewise; `path` as `destinations[ops].token`. */
  hideValue(path: string, value: unknown): unknown
  /**
   * The text with secrets in place of their marks, as they stand in one of the `known` texts. `unknown` lists the lines (from 1) with a mark
   * that stands for none of them.
   */
  reveal(
    text: string,
    known: readonly string[],
  ): { readonly text: string; readonly unknown: readonly number[] }
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Settings that are a secret themselves; those that name a file with one end in `_file`. */
const SECRET_NAMES = new Set(['password', 'secret', 'token', 'key'])
const MARK = /hidden_[A-Za-z0-9_-]{12}/g
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

/** Parts of an address that are secret: the second group of each. */
const URL_SECRETS: readonly RegExp[] = [
  /(:\/\/[^/?#\s@:]*:)([^/?#\s@]+)(?=@)/g,
  /(:\/\/)([^/?#\s@:]+)(?=@)/g,
  /([?&](?:token|ticket|pass|password|username|user|key|secret|access_token|api_key|auth)=)([^&#\s"']+)/gi,
  /(\/(?:live|movie|series|timeshift|playlist|get)\/)([^/\s"'?]+\/[^/\s"'?]+)(?=\/)/g,
]

/** A commented setting, and a setting of a text that cannot be parsed. */
const COMMENTED =
  /^[^\n]*?#[^\n]*?\b(?:password|secret|token|key)["']?[ \t]*[:=][ \t]*(\S[^\n]*)$/gm
const UNPARSED =
  /^[ \t]*(?:-[ \t]*)?["']?(?:password|secret|token|key)["']?[ \t]*:[ \t]*(\S[^\n]*)$/gm

const groupRanges = (text: string, pattern: RegExp, group: number, offset = 0): Range[] =>
  [...text.matchAll(pattern)].map((match) => {
    const found = match[group] ?? ''
    const before = match[0].lastIndexOf(found)
    const start = offset + match.index + before
    return { start, end: start + found.length }
  })

const urlRanges = (text: string, offset: number): Range[] =>
  URL_SECRETS.flatMap((pattern) => groupRanges(text, pattern, 2, offset))

/** What follows the host: the address of a webhook is its secret. */
const pathRanges = (text: string, offset: number): Range[] =>
  groupRanges(text, /^([a-z][a-z0-9+.-]*:\/\/[^/?#\s]+\/)(\S+)$/gi, 2, offset)

/** The text of a scalar in the source, without its quotes. */
const sourceRange = (node: Scalar): Range | null => {
  if (!node.range || node.value === null || node.value === '') return null
  const [start, end] = node.range
  const isQuoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end }
}

/** The secrets within the value of a setting that is named by `names` from the outside in. */
const valueRanges = (source: string, names: readonly string[], offset: number): Range[] => {
  if (SECRET_NAMES.has(names.at(-1) ?? '') || names.includes('headers'))
    return [{ start: offset, end: offset + source.length }]
  if (!SCHEME.test(source)) return []
  const isWebhook = names[0] === 'destinations' && names.at(-1) === 'url'
  const paths = isWebhook ? pathRanges(source, offset) : []
  return [...urlRanges(source, offset), ...paths]
}

const scalarRanges = (text: string, names: readonly string[], node: Scalar): Range[] => {
  const whole = sourceRange(node)
  return whole === null ? [] : valueRanges(text.slice(whole.start, whole.end), names, whole.start)
}

/** Ranges in their order, none within another. */
const separate = (ranges: readonly Range[]): Range[] => {
  const kept: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end))
    if (range.end > range.start && range.start >= (kept.at(-1)?.end ?? 0)) kept.push(range)
  return kept
}

/** Every secret of a text. */
const secretRanges = (text: string): Range[] => {
  const document = parseDocument(text, { prettyErrors: false })
  const found: Range[] = groupRanges(text, COMMENTED, 1)
  for (const { start, end } of groupRanges(text, /#([^\n]*)/g, 1))
    found.push(...urlRanges(text.slice(start, end), start))
  if (document.errors.length > 0) found.push(...groupRanges(text, UNPARSED, 1))
  visit(document, {
    Scalar: (place, node, path) => {
      if (place === 'key') return
      const names = path.filter(isPair).map(({ key }) => (isScalar(key) ? String(key.value) : ''))
      found.push(...scalarRanges(text, names, node))
    },
  })
  return separate(found)
}

/** Hides secrets by marks made with a key: HMAC-SHA-256 (RFC 2104) of the secret, 72 bits of it. */
export const createHiddenSecrets = (key: Uint8Array): HiddenSecrets => {
  const markOf = (secret: string): string =>
    `hidden_${createHmac('sha256', key).update(`configuration\0${secret}`).digest('base64url').slice(0, 12)}`
  const marked = (text: string, ranges: readonly Range[]): string => {
    let at = 0
    const parts = ranges.flatMap(({ start, end }) => {
      const before = text.slice(at, start)
      at = end
      return [before, markOf(text.slice(start, end))]
    })
    return [...parts, text.slice(at)].join('')
  }
  const hideValue = (path: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one: unknown) => hideValue(path, one))
    if (typeof value !== 'string') return value
    return marked(value, separate(valueRanges(value, path.match(/[^.[\]]+/g) ?? [], 0)))
  }
  return {
    hide: (text) => marked(text, secretRanges(text)),
    hideValue,
    reveal: (text, known) => {
      if (!text.includes('hidden_')) return { text, unknown: [] }
      const secrets = new Map(
        known.flatMap((one) =>
          secretRanges(one).map(({ start, end }) => {
            const secret = one.slice(start, end)
            return [markOf(secret), secret] as const
          }),
        ),
      )
      const unknown = [...text.matchAll(MARK)]
        .filter(([mark]) => !secrets.has(mark))
        .map(({ index }) => text.slice(0, index).split('\n').length)
      return { text: text.replace(MARK, (mark) => secrets.get(mark) ?? mark), unknown }
    },
  }
}
