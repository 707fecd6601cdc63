import { say } from '../../sentences/sentences.ts'
import type { OlderCount } from '../../store/history/counting/write-quarters.ts'

/** How far older plays are counted, in words. */
export const countingText = ({ since, share }: OlderCount): string =>
  say('history.counting', {
    share: String(Math.floor(share * 100)),
    day: new Date(since).toISOString().slice(0, 10),
  })
