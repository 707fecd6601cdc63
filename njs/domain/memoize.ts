// Most texts of a cache: an account has few, and viewers could bring any number.
const KNOWN_AT_MOST = 20_000

/** A pure function of a text that remembers its answers for the texts asked last. */
export const memoize = <T>(compute: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = compute(text)
    if (known.size >= KNOWN_AT_MOST) known.clear()
    known.set(text, answer)
    return answer
  }
}

/** The same answer each time, worked out when it is first asked for. */
export const once = <T>(work: () => T): (() => T) => {
  let known: { readonly answer: T } | null = null
  return () => (known ??= { answer: work() }).answer
}
