import { onBeat } from './on-beat.ts'

const LOOK_MS = 500
/** Longer between two looks, the process has stood still: no turn of its event loop takes so long. */
const STOOD_MS = 2_000

/** Whether this process has stood still until a moment ago: who asked meanwhile may have given up. */
export const watchStandstill = (): (() => boolean) => {
  let looked = Date.now()
  let recentUntil = 0
  const look = (): void => {
    const now = Date.now()
    if (now - looked > STOOD_MS) recentUntil = now + STOOD_MS
    looked = now
    onBeat(LOOK_MS, look)
  }
  onBeat(LOOK_MS, look)
  return () => {
    const now = Date.now()
    return now < recentUntil || now - looked > STOOD_MS
  }
}
