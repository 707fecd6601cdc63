/** Where something stands in the source. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** A piece of a block-structured configuration, as nginx and Flussonic write them. */
export interface Token extends Place {
  readonly kind: 'word' | ';' | '{' | '}'
  readonly text: string
  readonly isQuoted: boolean
}

/** Something that cannot be read. */
export interface Flaw extends Place {
  readonly message: string
  /** An `include` whose pattern no file has, which is no mistake everywhere. */
  readonly isEmptyInclude?: true
}

export interface Tokens {
  readonly tokens: readonly Token[]
  readonly flaws: readonly Flaw[]
}

const isSpace = (char: string): boolean => /[\s\ufeff]/.test(char)
const endsWord = (char: string): boolean =>
  isSpace(char) || char === ';' || char === '{' || char === '}'

interface Read {
  readonly text: string
  /** Index after what was read. */
  readonly end: number
  readonly isClosed: boolean
}

const readQuoted = (source: string, start: number): Read => {
  const quote = source[start]
  let text = ''
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at] ?? ''
    const next = source[at + 1] ?? ''
    if (char === quote) return { text, end: at + 1, isClosed: true }
    const isEscape = char === '\\' && (next === quote || next === '\\')
    text += isEscape ? next : char
    if (isEscape) at += 1
  }
  return { text, end: source.length, isClosed: false }
}

/** A bare word; `${name}` is part of it, a brace otherwise ends it. */
const readBare = (source: string, start: number): Read => {
  let at = start
  while (at < source.length) {
    const char = source[at] ?? ''
    if (char === '{' && source[at - 1] === '$' && at > start) {
      const close = source.indexOf('}', at)
      at = close < 0 ? source.length : close + 1
    } else if (endsWord(char)) break
    else at += char === '\\' ? 2 : 1
  }
  const end = Math.min(at, source.length)
  return { text: source.slice(start, end), end, isClosed: true }
}

const countLines = (text: string): number => text.split('\n').length - 1

const endOfLine = (source: string, from: number): number => {
  const end = source.indexOf('\n', from)
  return end < 0 ? source.length : end
}

/** Splits a source into words, `;`, `{` and `}`; comments run from a `#` that starts a word to the end of the line. */
export const tokenize = (source: string, file: string): Tokens => {
  const tokens: Token[] = []
  const flaws: Flaw[] = []
  let line = 1
  for (let at = 0; at < source.length; ) {
    const char = source[at] ?? ''
    if (char === '\n') line += 1
    if (isSpace(char)) at += 1
    else if (char === '#') at = endOfLine(source, at)
    else if (char === ';' || char === '{' || char === '}') {
      tokens.push({ kind: char, text: char, isQuoted: false, file, line })
      at += 1
    } else {
      const isQuoted = char === '"' || char === "'"
      const read = isQuoted ? readQuoted(source, at) : readBare(source, at)
      if (!read.isClosed) flaws.push({ file, line, message: 'the quote is never closed' })
      tokens.push({ kind: 'word', text: read.text, isQuoted, file, line })
      line += countLines(source.slice(at, read.end))
      at = read.end
    }
  }
  return { tokens, flaws }
}
