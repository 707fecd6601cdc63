import { type Flaw, type Place, type Token, tokenize } from './tokens.ts'

/** `name args;` or `name args { … }`. */
export interface Statement extends Place {
  readonly name: string
  readonly args: readonly Token[]
  /** `null` where the statement ends with `;`. */
  readonly block: readonly Statement[] | null
}

export interface Parsed {
  readonly statements: readonly Statement[]
  readonly flaws: readonly Flaw[]
}

/** What an `include` in the file `from` names; `null` = it cannot be read. */
export type ReadInclude = (
  pattern: string,
  from: string,
) => readonly { file: string; text: string }[] | null

export interface ParseOptions {
  readonly file: string
  readonly readInclude?: ReadInclude
  /** A line that starts with one of these starts a statement, even where the `;` before it is missing. */
  readonly starters?: readonly string[]
  /** Files that are being read, the outermost first: one that includes itself is not read again. */
  readonly within?: readonly string[]
}

const MAX_INCLUDE_DEPTH = 10

interface Cursor {
  readonly tokens: readonly Token[]
  at: number
  readonly flaws: Flaw[]
  readonly options: ParseOptions
}

const placeOf = ({ file, line }: Place): Place => ({ file, line })

const included = (words: readonly Token[], { flaws, options }: Cursor): readonly Statement[] => {
  const [head, pattern] = words
  if (head === undefined || pattern === undefined) return []
  const within = [...(options.within ?? []), options.file]
  const files =
    within.length <= MAX_INCLUDE_DEPTH ? options.readInclude?.(pattern.text, options.file) : null
  if (!files) {
    const message = `include ${pattern.text} could not be read`
    flaws.push({ ...placeOf(head), message })
    return []
  }
  if (files.length === 0) {
    const message = `include ${pattern.text} names no file here`
    flaws.push({ ...placeOf(head), message, isEmptyInclude: true })
  }
  return files.flatMap(({ file, text }) => {
    if (within.includes(file)) {
      flaws.push({ ...placeOf(head), message: `include ${pattern.text} comes back to itself` })
      return []
    }
    const parsed = parseBlocks(text, { ...options, file, within })
    flaws.push(...parsed.flaws)
    return parsed.statements
  })
}

const statement = (words: readonly Token[], block: readonly Statement[] | null): Statement[] => {
  const [head, ...args] = words
  return head === undefined ? [] : [{ ...placeOf(head), name: head.text, args, block }]
}

const startsAnew = (words: readonly Token[], token: Token, options: ParseOptions): boolean => {
  const last = words.at(-1)
  if (last === undefined || token.isQuoted || token.line === last.line) return false
  return options.starters?.includes(token.text) ?? false
}

const finish = (words: readonly Token[], cursor: Cursor): readonly Statement[] => {
  const isInclude = words[0]?.text === 'include' && words.length === 2
  return isInclude ? included(words, cursor) : statement(words, null)
}

const missing = (words: readonly Token[], cursor: Cursor): readonly Statement[] => {
  const last = words.at(-1)
  if (last === undefined) return []
  cursor.flaws.push({ ...placeOf(last), message: 'a `;` is missing at the end of the line' })
  return finish(words, cursor)
}

/** Reads statements until the block's `}` or the end. */
const readBlock = (cursor: Cursor, opener: Place | null): Statement[] => {
  const found: Statement[] = []
  let words: Token[] = []
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at]
    cursor.at += 1
    if (token === undefined) break
    if (token.kind === 'word') {
      if (startsAnew(words, token, cursor.options)) {
        found.push(...missing(words, cursor))
        words = []
      }
      words.push(token)
    } else if (token.kind === ';') {
      found.push(...finish(words, cursor))
      words = []
    } else if (token.kind === '{') {
      found.push(...statement(words, readBlock(cursor, token)))
      words = []
    } else if (opener === null) {
      cursor.flaws.push({ ...placeOf(token), message: 'a `}` closes nothing' })
    } else return [...found, ...missing(words, cursor)]
  }
  if (opener !== null) cursor.flaws.push({ ...placeOf(opener), message: 'the `{` is never closed' })
  return [...found, ...missing(words, cursor)]
}

/** Reads a configuration of nested blocks; what is broken is named and the rest read on. */
export const parseBlocks = (source: string, options: ParseOptions): Parsed => {
  const { tokens, flaws } = tokenize(source, options.file)
  const cursor: Cursor = { tokens, at: 0, flaws: [...flaws], options }
  return { statements: readBlock(cursor, null), flaws: cursor.flaws }
}
