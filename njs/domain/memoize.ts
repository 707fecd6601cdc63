// Most texts of a cache: an account has few, and viewers could bring any number.
const KNOWN_AT_MOST = 20_000

/** A pure function of a text that remembers its answers for the texts asked last, `most` of them. */
export const memoize = <T>(
  compute: (text: string) => T,
  most = KNOWN_AT_MOST,
): ((text: string) => T) => {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = compute(text)
    if (known.size >= most) known.clear()
    known.set(text, answer)
    return answer
  }
}

/** The same for one that depends on something else too: an answer holds until `version` is another object. */
export const memoizeOf = <T>(
  version: () => object,
  compute: (text: string) => T,
): ((text: string) => T) => {
  const known = new Map<string, { readonly answer: T }>()
  let knownOf: object | null = null
  return (text) => {
    const present = version()
    if (knownOf !== present || known.size >= KNOWN_AT_MOST) known.clear()
    knownOf = present
    const before = known.get(text)
    if (before !== undefined) return before.answer
    const answer = compute(text)
    known.set(text, { answer })
    return answer
  }
}

/** The same answer each time, worked out when it is first asked for. */
export const once = <T>(work: () => T): (() => T) => {
  let known: { readonly answer: T } | null = null
  return () => (known ??= { answer: work() }).answer
}
