import { expect, it } from 'vitest'
import { compileNameRules } from '#domain/channels/name-test'

const rulesOf = (...rules: readonly [match: string, rule: string][]) => {
  const find = compileNameRules(
    rules.map(([match, rule]) => ({ match, rule, isClosing: rule === 'nobody' })),
  )
  return (name: string, ...others: string[]) =>
    find({ names: [name, `${name}.tv`], otherIds: () => others })
}

it.each(['.*', '', '^', '^[a-zA-Z0-9]+', '^(?!news)', '\\w'])(
  'a rule for all behind it (%j) takes nothing from one that fits in other letters or by another id',
  (all) => {
    const find = rulesOf(['^adult1$', 'nobody'], ['^kids1$', 'members'], [all, 'open'])
    expect(find('adult1')).toBe('nobody')
    expect(find('ADULT1')).toBe('nobody')
    expect(find('x7', 'adult1')).toBe('nobody')
    expect(find('KIDS1')).toBe('members')
    expect(find('kids1-12345678', 'kids1')).toBe('members')
    // A name says little of a channel that has a tvg-id.
    expect(find('x7', 'kids1')).toBe('open')
    expect(find('x7')).toBe('open')
  },
)

it('a rule that names a channel in its own letters goes before one that does in others', () => {
  const find = rulesOf(['^news1$', 'nobody'], ['^News1$', 'open'], ['^NEWS', 'members'])
  expect(['news1', 'News1', 'NEWS1', 'nEWS1'].map((name) => find(name))).toEqual([
    'nobody',
    'open',
    'members',
    'nobody',
  ])
  expect(rulesOf(['^news$', 'nobody'], ['^101$', 'open'])('101', 'news')).toBe('open')
})

it('the first rule that fits goes before all others', () => {
  const find = rulesOf(['.*', 'open'], ['^adult1$', 'nobody'])
  expect(['adult1', 'ADULT1', 'x'].map((name) => find(name))).toEqual(['open', 'open', 'open'])
})

it('what a negation excludes it excludes in any letters; one that closes the rest does so in any', () => {
  const open = rulesOf(['^(?!adult)', 'open'], ['.*', 'nobody'])
  expect(['adult1', 'Adult1', 'news'].map((name) => open(name))).toEqual([
    'nobody',
    'nobody',
    'open',
  ])
  const closed = rulesOf(['^(?!kids)', 'nobody'], ['.*', 'open'])
  expect(['kids1', 'KIDS1', 'news'].map((name) => closed(name))).toEqual([
    'open',
    'nobody',
    'nobody',
  ])
})
