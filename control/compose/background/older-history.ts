import type { Logger } from 'pino'
import type { History } from '../../store/history/history.ts'
import { countingText } from '../base/counting-text.ts'

const SAID_EVERY_MS = 5 * 60_000

/** Work that counts what an older version has not counted by quarters of an hour, a step each time, and tells the log how far it is. */
export const createOlderHistory = ({
  history,
  isMine,
  log,
  now,
}: {
  readonly history: Pick<History, 'countOlder' | 'olderCount'>
  /** Whether this control plane does it for all. */
  readonly isMine: () => Promise<boolean>
  readonly log: Pick<Logger, 'info'>
  readonly now: () => number
}): (() => Promise<void>) => {
  let isCounted = false
  let saidAt: number | null = null
  return async () => {
    if (isCounted || !(await isMine())) return
    isCounted = !(await history.countOlder())
    if (isCounted && saidAt !== null) log.info('older plays are counted')
    if (isCounted || (saidAt !== null && now() - saidAt < SAID_EVERY_MS)) return
    const counted = await history.olderCount()
    if (counted === null) return
    saidAt = now()
    log.info(countingText(counted))
  }
}
