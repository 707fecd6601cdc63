const MOST_KNOWN = 100

/** What `make` makes of a word, remembered for the words of a few channels. */
export const byWord = <T>(make: (word: string) => T): ((word: string) => T) => {
  const known = new Map<string, T>()
  return (word) => {
    const before = known.get(word)
    if (before !== undefined) return before
    if (known.size >= MOST_KNOWN) known.clear()
    const made = make(word)
    known.set(word, made)
    return made
  }
}
