import { isDiskFull } from '../state/sync/disk-probe.ts'

/** js_set: `1` where copies cannot be kept on disk, so that answers pass without one; else empty. */
export const diskFull = (): string => (isDiskFull() ? '1' : '')
