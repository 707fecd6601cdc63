import type { Destination } from './notifier.ts'

/** A destination about which nothing is set but its name and kind. */
export const plainDestination = (name: string, kind: string): Destination => ({
  name,
  kind,
  enabled: true,
  language: 'en',
  time_zone: 'UTC',
  events: ['*'],
  least_severity: 'low',
  group_seconds: 0,
  most_per_hour: 30,
  dedup_minutes: 0,
  timeout_sec: 10,
})
