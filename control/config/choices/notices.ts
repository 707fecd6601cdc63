/** Severities of findings and alarms, mildest first. */
export const SEVERITIES = ['low', 'warning', 'high'] as const

/** How often what is gathered is sent. */
export const DIGESTS = ['hour', 'day', 'week'] as const

/** Days a weekly digest may be sent on. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const
