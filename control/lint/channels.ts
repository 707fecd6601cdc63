import type { LintChannelRule, LintMatch, LintPath, Report } from './finding.ts'

const isEverything = (match: string): boolean => /^\^?(?:\.\*)?\$?$/.test(match)

const isBefore = (earlier: LintChannelRule, later: LintChannelRule): boolean =>
  isEverything(earlier.match) || earlier.match === later.match

/** Reports rules without effect because an earlier one matches the same channels: the first match decides, for `auth` the first that has one. */
export const lintChannelRules = (rules: readonly LintChannelRule[], report: Report): void => {
  for (const [at, rule] of rules.entries()) {
    const by = rules.findIndex((other, place) => place < at && isBefore(other, rule))
    const earlier = rules[by]
    if (earlier === undefined) continue
    const isAuthLeft = rule.auth !== null && earlier.auth === null
    report(['channels', at], {
      severity: 'warning',
      check: 'shadowed',
      message: isAuthLeft
        ? `of the rule for \`${rule.match}\` only \`auth\` counts: \`${earlier.match}\` before it fits the same channels`
        : `the rule for \`${rule.match}\` never counts: \`${earlier.match}\` before it fits the same channels`,
      suggestion: 'put the narrower rule first, or remove it',
    })
  }
}

/** A channel of the sources: its id, the names that rules match, and the path of its stream at the origin. */
export interface LintChannel {
  readonly id: string
  readonly names?: readonly string[]
  readonly path: string
}

/** The alternatives of a pattern that is only a list of names (`a|b`), each as a pattern; else the pattern itself. */
export const alternatives = (match: string): readonly string[] => {
  const list = /^\^\(\?:([^()]*)\)\$$/.exec(match)?.[1]
  return list === undefined ? [match] : list.split(/(?<!\\)\|/).map((part) => `^${part}$`)
}

const partsOf = (path: string): string[] =>
  path.split('/').flatMap((part) => [part, part.replace(/\.[^.]*$/, '')])

const nothing = (
  match: string,
  what: string,
  channels: readonly LintChannel[],
): { message: string; suggestion: string } | null => {
  const idle = alternatives(match)
    .map((text) => ({ text, pattern: new RegExp(text, 'u') }))
    .filter(
      ({ pattern }) =>
        !channels.some(({ id, names }) => (names ?? [id]).some((name) => pattern.test(name))),
    )
  const [first] = idle
  if (first === undefined) return null
  const meant = channels.find(({ path }) => partsOf(path).some((part) => first.pattern.test(part)))
  const rest = idle.length === 1 ? '' : ` (and ${idle.length - 1} more of its names)`
  return {
    message: `${what} for \`${first.text}\`${rest} fits no channel of the sources`,
    suggestion:
      meant === undefined
        ? 'write the id of a channel: its tvg-id, else its name in small letters'
        : `the stream \`${meant.path}\` has the id \`${meant.id}\` here: write that, or set \`ids: address\` for its source`,
  }
}

/** Reports patterns that match no channel, and so have no effect. */
export const lintMatches = (
  { channels, secure_links }: Record<'channels' | 'secure_links', readonly LintMatch[]>,
  known: readonly LintChannel[],
  report: Report,
): void => {
  if (known.length === 0) return
  const look = (list: readonly LintMatch[], name: string, what: string): void => {
    for (const [at, { match }] of list.entries()) {
      const found = nothing(match, what, known)
      const path: LintPath = [name, at]
      if (found !== null) report(path, { severity: 'warning', check: 'match-nothing', ...found })
    }
  }
  look(channels, 'channels', 'the rule')
  look(secure_links, 'secure_links', 'the link key')
}
