import type { ClosedRow } from '../../domain/channels/protocol.ts'
import { noteStreamEnded, unreportedBytes } from '../clone-guard.ts'
import { dropLease } from '../leases.ts'
import { keepText, numbers, texts } from '../memory.ts'
import { noteReport, pendingReports, takeReports } from '../reports.ts'

/** By then the traffic log has it: nginx buffers its lines for a second, and the next sync reads them. */
const TOLD_MS = 4_000
/** As many as an opening reports. */
const MOST = 64

const takenUpName = (key: string): string => `u${key}`

/** Notes that a player opens its session again: the end of its last connection is none of the session, since some players (Kodi) open a stream three times. */
export const noteTakenUp = (key: string): void => {
  const serial = numbers('gh_streams').get(key)
  if (serial !== undefined) keepText('gh_identity', takenUpName(key), String(serial), TOLD_MS)
}

/** Whether the connection that ended was its session's current one, not one that a reconnection had replaced or is about to. */
export const isLastStream = (key: string, serial: string): boolean => {
  if (texts('gh_identity').get(takenUpName(key)) === serial) return false
  const present = numbers('gh_streams').get(key)
  return present === undefined || String(present) === serial
}

/** A long response that has ended. `seconds`: how long it ran. */
export interface EndedStream {
  readonly key: string
  readonly serial: string
  readonly sent: number
  readonly seconds: number
}

/** Notes that a connection has ended, before the traffic log has it: the next opening may have its place. */
export const noteClosed = ({ key, serial, sent, seconds }: EndedStream): void => {
  noteStreamEnded(key, serial)
  if (!isLastStream(key, serial)) return
  const now = Date.now()
  const bytes = unreportedBytes(serial, sent, seconds, now)
  noteReport('closed', [key, serial, bytes, seconds, now].join(' '))
}

/** The connections that ended a moment ago and were not taken up again since: key, bytes, seconds. */
const closedLately = (): ClosedRow[] => {
  const { list } = pendingReports('closed', MOST)
  if (list.length === 0) return []
  const now = Date.now()
  const rows: ClosedRow[] = []
  let told = 0
  for (const text of list) {
    const [key = '', serial = '', bytes, seconds, at] = text.split(' ')
    if (now - Number(at) >= TOLD_MS) told += 1
    else if (isLastStream(key, serial)) rows.push([key, Number(bytes), Number(seconds)])
  }
  if (told > 0) takeReports('closed', told)
  return rows
}

/** The same as an opening's question carries them; a viewer of one of these sessions asks control on coming back, since the place may be another's. */
export const takeClosedText = (): string => {
  const rows = closedLately()
  for (const [key] of rows) dropLease(key)
  return rows.map((row) => row.join(':')).join(',')
}
