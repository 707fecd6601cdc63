/** Alarms that can be sent to a destination; the other events are `finding.<kind>`. */
export const ALARM_EVENTS = ['server.down', 'server.back', 'server.sign_in', 'test'] as const

/** An event that concerns the installation, not an account. */
export type AlarmEvent = (typeof ALARM_EVENTS)[number]

/** Every event, by name. */
export const EVENTS: readonly string[] = [
  'finding.impossible_travel',
  'finding.simultaneous_places',
  'finding.device_velocity',
  'finding.concurrent_streams',
  'finding.geo_restriction',
  'finding.second_household',
  'finding.restreaming',
  'finding.leaked_copy',
  'finding.hosting_network',
  ...ALARM_EVENTS,
]

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const expressionOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split('*').map(escape).join('.*')}$`)

/** Whether patterns select an event: one of them matches, and none that begins with `!`. */
export const selectsEvent = (patterns: readonly string[], event: string): boolean => {
  const isMatched = (one: string): boolean => expressionOf(one).test(event)
  const out = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1))
  const wanted = patterns.filter((one) => !one.startsWith('!'))
  // With exclusions alone, every other event is selected.
  const isWanted = wanted.length === 0 ? out.length > 0 : wanted.some(isMatched)
  return isWanted && !out.some(isMatched)
}

/** Whether a pattern matches at least one existing event. */
export const matchesSomeEvent = (pattern: string): boolean => {
  const expression = expressionOf(pattern.replace(/^!/, ''))
  return EVENTS.some((event) => expression.test(event))
}
