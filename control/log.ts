import { type Logger, pino } from 'pino'

/**
 * The log of the process, one line of JSON each to stdout, written at once: what waits to be written when the process ends is tried again for ever where nobody reads
 * any more (sonic-boom 4.2), as when the supervisor was killed.
 */
export const createLog = (level: string): Logger =>
  pino({ level, base: null }, pino.destination({ sync: true }))
