/** Syntax of negation in a pattern: lookarounds, negated classes. */
const NEGATED = /\(\?<?!|\[\^|\\[DSWPB]/

/**
 * A test of a channel's names by a regular expression. One matching name is enough; with a negation in the pattern
 * every name must match, since otherwise a second name would bring back a channel that the pattern excludes.
 *
 * @throws {SyntaxError} Where the pattern is no regular expression.
 */
export const compileNameTest = (
  pattern: string,
  flags: 'u' | 'iu' = 'u',
): ((names: readonly string[]) => boolean) => {
  const expression = new RegExp(pattern, flags)
  return NEGATED.test(pattern)
    ? (names) => names.every((name) => expression.test(name))
    : (names) => names.some((name) => expression.test(name))
}

/** A rule for the channels that a pattern matches. */
export interface NameRule<Rule> {
  readonly match: string
  readonly rule: Rule
  /** Whether it lets nobody in. */
  readonly isClosing: boolean
}

/** What a channel is called: its names, and the ids that it gets while other entries of its list come and go. */
export interface RuleNames {
  readonly names: readonly string[]
  readonly otherIds: () => readonly string[]
}

/**
 * Finds the rule of a channel: the first that one of its names fits, else the first that it fits in other letters, or by another id. Ids
 * come from names, which say little of a channel that has a `tvg-id`: of such a one, only a rule that lets nobody in holds by them.
 *
 * @throws {SyntaxError} Where a pattern is no regular expression.
 */
export const compileNameRules = <Rule>(
  rules: readonly NameRule<Rule>[],
): ((channel: RuleNames) => Rule | undefined) => {
  const compiled = rules.map(({ match, rule, isClosing }) => ({
    rule,
    isClosing,
    isNegated: NEGATED.test(match),
    fits: compileNameTest(match),
    fitsInOtherLetters: compileNameTest(match, 'iu'),
  }))
  return ({ names, otherIds }) => {
    const exact = compiled.find(({ fits }) => fits(names))
    if (exact !== undefined || compiled.length === 0) return exact?.rule
    const others = otherIds()
    const isMadeOfName = others.some((id) => names[0]?.startsWith(id))
    return compiled.find(
      ({ isNegated, isClosing, fitsInOtherLetters }) =>
        fitsInOtherLetters(names) ||
        (!isNegated && (isClosing || isMadeOfName) && fitsInOtherLetters(others)),
    )?.rule
  }
}
