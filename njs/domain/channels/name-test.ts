/** Patterns that fit by what they do not name: one more name must not make them fit. */
const NEGATED = /\(\?<?!|\[\^|\\[DSWPB]/

/**
 * A test of a channel's names by a regular expression. One name that fits is enough; of a pattern
 * with a negation every name has to fit, since a second name would otherwise undo what it leaves out.
 *
 * @throws {SyntaxError} Where the pattern is no regular expression.
 */
export const compileNameTest = (pattern: string): ((names: readonly string[]) => boolean) => {
  const expression = new RegExp(pattern, 'u')
  return NEGATED.test(pattern)
    ? (names) => names.every((name) => expression.test(name))
    : (names) => names.some((name) => expression.test(name))
}
