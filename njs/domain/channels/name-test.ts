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

/** A name like this one, in other letters and digits. */
const otherwise = (name: string): string =>
  name.replace(/[\p{L}\d]/gu, (sign) => {
    if (/\d/.test(sign)) return String(9 - Number(sign))
    return sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase()
  })

/**
 * Finds the rule of a channel: the first that one of its names fits. One that stands before it and fits in other letters, or by another id, goes first
 * where that rule fits any name as well. Ids come from names, which say little of a channel that has a `tvg-id`: of such a one, only a rule that
 * lets nobody in holds by them.
 *
 * @throws {SyntaxError} Where a pattern is no regular expression.
 */
export const compileNameRules = <Rule>(
  rules: readonly NameRule<Rule>[],
): ((channel: RuleNames) => Rule | undefined) => {
  const compiled = rules.map(({ match, rule, isClosing }) => {
    const isNegated = NEGATED.test(match)
    const fits = compileNameTest(match)
    const fitsInOtherLetters = compileNameTest(match, 'iu')
    // What a negation excludes it excludes in any letters, unless it is meant to close the rest.
    const isStrict = isNegated && !isClosing
    const fitsWell: typeof fits = (names) => fits(names) && fitsInOtherLetters(names)
    return { rule, isClosing, isNegated, fits: isStrict ? fitsWell : fits, fitsInOtherLetters }
  })
  return ({ names, otherIds }) => {
    const exact = compiled.findIndex(({ fits }) => fits(names))
    const own = compiled[exact]
    if (exact === 0 || compiled.length === 0) return own?.rule
    if (own !== undefined && !own.fits(names.map(otherwise))) return own.rule
    const others = otherIds()
    const isMadeOfName = others.some((id) => names[0]?.startsWith(id))
    const near = compiled
      .slice(0, exact < 0 ? compiled.length : exact)
      .find(
        ({ isNegated, isClosing, fitsInOtherLetters }) =>
          fitsInOtherLetters(names) ||
          (!isNegated && (isClosing || isMadeOfName) && fitsInOtherLetters(others)),
      )
    return (near ?? own)?.rule
  }
}
