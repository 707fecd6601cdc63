/** Header names in lower case; a name sent several times has all its values. */
export type AnswerHeaders = Readonly<Record<string, string | string[]>>

/** Status line and headers of an answer. */
export interface AnswerHead {
  readonly status: number
  readonly headers: AnswerHeaders
}

/** What arrived is no answer of HTTP. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
}

/** As long as curl lets one line of a head be, and all of it. */
export const MOST_LINE = 102_400
const MOST_HEAD = 307_200
/** Ends a line. */
export const LF = 0x0a
/** A reason may follow without a blank; a fourth digit makes it no status. */
export const STATUS = /^HTTP\/[ \t]*(\d(?:\.[ \t]*\d)?)[ \t]+(\d{3})(?!\d)/i
/** The versions that curl takes an answer in; in capitals or not. */
const VERSION = /^(?:1\.[ \t]*[01]|2(?:\.[ \t]*0)?)$/

/** Lines of a head; one that begins with a blank goes on with the one before (RFC 9112, 5.2). */
const unfold = (lines: readonly string[]): string[] => {
  const unfolded: string[] = []
  for (const line of lines) {
    if (/^[ \t]/.test(line) && unfolded.length > 0)
      unfolded.push(`${unfolded.pop()} ${line.trim()}`)
    else unfolded.push(line)
  }
  return unfolded
}

/** Names and values; a line without a colon is no header. */
const headersOf = (unfolded: readonly string[]): Record<string, string | string[]> => {
  const headers: Record<string, string | string[]> = {}
  for (const line of unfolded) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined
    headers[name] = before === undefined ? value : [before, value].flat()
  }
  return headers
}

/** Headers by which a backend grants something: one that cannot be read voids its grant, not the answer. */
const GRANT = /^x-(?:userid|max-sessions|unique|authduration)\s*:/i

/** What curl takes no answer with, though its status can be read; `null` = nothing. */
const oddityOf = (first: string, lines: readonly string[]): string | null => {
  if (/^HTTP\/[ \t]*\S+\t/i.test(first)) return 'a tab before its status'
  if (!VERSION.test(STATUS.exec(first)?.[1] ?? '')) return 'another version of HTTP'
  if ([first, ...lines].some((line) => line.includes('\0') && !GRANT.test(line)))
    return 'a NUL in its head'
  if (/^[ \t]/.test(lines[0] ?? '')) return 'a blank before its first header'
  if (lines.some((line) => line !== '' && !line.includes(':'))) return 'a header without a colon'
  return null
}

/** A head, and what of it says where the body ends. */
export interface ParsedHead extends AnswerHead {
  /** The headers that say where the body ends: those without what is folded, as curl reads them. */
  readonly framing: AnswerHeaders
  readonly oddity: string | null
}

/** Takes a head apart; throws where its first line is no status. */
export const parseHead = (text: string): ParsedHead => {
  // A line that begins with CR ends a head, whatever else it says.
  const raw = text.split('\n').filter((line, at) => at === 0 || !line.startsWith('\r'))
  const [first = '', ...folded] = raw.map((line) => line.replace(/\r+$/, ''))
  const status = STATUS.exec(first)?.[2]
  if (status === undefined || status.startsWith('0')) throw new AnswerError('malformed answer')
  const lines = unfold(folded)
  const framing = headersOf(
    folded.filter((line) => /^(?:content-length|transfer-encoding|connection):/i.test(line)),
  )
  const headers = headersOf(lines)
  return { status: Number(status), headers, framing, oddity: oddityOf(first, lines) }
}

/** All values of a header. */
export const valuesOf = (headers: AnswerHeaders, name: string): string[] =>
  [headers[name] ?? []].flat()

const CR = 0x0d

/** Index behind the line that ends a head: one that begins with LF or CR, as curl has it; -1 = not there yet. */
export const endOfHead = (bytes: Buffer): number => {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    const next = bytes[at + 1]
    if (next === CR || next === LF) return bytes.indexOf(LF, at + 1) + 1 || -1
  }
  return -1
}

/** Whether a head, as far as it came, or a line of it is longer than curl takes one. */
export const isOversize = (head: Buffer): boolean => {
  if (head.length > MOST_HEAD) return true
  let from = 0
  for (let end = head.indexOf(LF); end >= 0; end = head.indexOf(LF, from)) {
    if (end - from > MOST_LINE) return true
    from = end + 1
  }
  return head.length - from > MOST_LINE
}
