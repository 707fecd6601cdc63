/** Syntax of negation in a pattern: lookarounds, negated classes. */
const NEGATED = /\(\?<?!|\[\^|\\[DSWPB]/

/**
 * A test of a channel's names by a regular expression. One matching name is enough; with a negation in the pattern
 * every name must match, since otherwise a second name would bring back a channel that the pattern excludes.
 *
 * @throws {SyntaxError} Where the pattern is no regular expression.
 */
export const compileNameTest = (pattern: string): ((names: readonly string[]) => boolean) => {
  const expression = new RegExp(pattern, 'u')
  return NEGATED.test(pattern)
    ? (names) => names.every((name) => expression.test(name))
    : (names) => names.some((name) => expression.test(name))
}
