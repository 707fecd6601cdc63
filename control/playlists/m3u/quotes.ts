/** Quotes that word processors and other keyboards make of plain ones. */
const LIKE_DOUBLE = '“”„‟«»＂″〝〞❝❞'
const LIKE_SINGLE = '‘’‚‛‹›`´′＇❛❜'
const ENTITY = '(?:&(?:quot|apos|#0*3[49]|#x2[27]);|%22)'
/** Such quotes around a value, and those that programs write within quotes of their own. */
export const typographic = new RegExp(
  `(?:[${LIKE_DOUBLE}]([^${LIKE_DOUBLE}"]*)[${LIKE_DOUBLE}]|[${LIKE_SINGLE}]([^${LIKE_SINGLE}"]*)[${LIKE_SINGLE}]|[「『]([^「『」』"]*)[」』]|\\\\"([^"]*)\\\\"|\\\\'([^']*)\\\\'|${ENTITY}((?:(?!${ENTITY})[^"])*)${ENTITY})(?=\\s*(?:[,;|]|$)|\\s+\\S)`,
  'iy',
)
const ANY = `${LIKE_DOUBLE}${LIKE_SINGLE}'"`

/** A value without such quotes at one end, where the other has another. */
export const withoutStray = (value: string): string => {
  let [from, to] = [0, value.length]
  while (from < to && `${LIKE_DOUBLE}${LIKE_SINGLE} `.includes(value.charAt(from))) from += 1
  while (to > from && `${ANY} `.includes(value.charAt(to - 1))) to -= 1
  return value.slice(from, to).trim()
}

/** A value without the quotes that stand doubled around it. */
export const undoubled = (value: string, quote: string): string => {
  let [from, to] = [0, value.length]
  while (value[from] === quote) from += 1
  while (to > from && value[to - 1] === quote) to -= 1
  const inner = value.slice(from, to)
  return inner.includes(quote) ? value : inner
}
