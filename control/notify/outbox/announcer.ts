import type { DueResponse } from '../../detect/live/judge-account.ts'
import type { StoredNotice } from '../../store/tables/notice-records.ts'
import type { NoticeTables } from '../../store/tables/notice-tables.ts'
import type { Json } from '../../store/tables/records.ts'
import { noticeOf } from '../model/finding-notice.ts'
import {
  type AlarmNotice,
  eventOf,
  type FindingNotice,
  type Notice,
  severityOf,
  subjectOf,
  timeOf,
} from '../model/notice.ts'

/** Stores notices for delivery. */
export interface Announcer {
  /** Stores notices of new findings in the findings' transaction; they wait for the result of the response. */
  announce(tables: Pick<NoticeTables, 'notices'>, due: readonly DueResponse[]): Promise<void>
  /** Releases a finding's notice with the result of the response. A second call changes nothing. */
  notify(notice: FindingNotice): Promise<void>
  /** Stores the notice of an alarm, in a transaction where tables are given; each id is sent once. */
  alarm(
    alarm: Omit<AlarmNotice, 'about' | 'at'>,
    tables?: Pick<NoticeTables, 'notices'>,
  ): Promise<void>
}

/** Ports of an announcer. */
export interface AnnouncerPorts {
  readonly notices: NoticeTables['notices']
  readonly now: () => number
  /** Called where a notice is ready to be sent. */
  readonly wake: () => void
}

/** Longest time a notice waits for the result of its finding's response, in ms: the control plane may have stopped. */
const GRACE_MS = 30_000
/** Older notices are not sent. */
const LATEST_MS = 24 * 3_600_000

const asJson = (value: unknown): Json => {
  const json: Json = JSON.parse(JSON.stringify(value))
  return json
}

/** A notice as a row of the store. */
export const storedNotice = (notice: Notice, readyAt: number): StoredNotice => ({
  id: notice.id,
  event: eventOf(notice),
  severity: severityOf(notice),
  subject: subjectOf(notice),
  at: Math.trunc(timeOf(notice)),
  readyAt: Math.trunc(readyAt),
  state: 'new',
  body: asJson(notice),
})

/** Creates the announcer over the database. */
export const createAnnouncer = ({ notices, now, wake }: AnnouncerPorts): Announcer => ({
  announce: async (tables, due) => {
    const rows = due.flatMap((one) => {
      const { step, found } = one
      if (step === null || step.do === 'observe' || found.finding.at < now() - LATEST_MS) return []
      return [storedNotice(noticeOf({ ...one, step }, null), now() + GRACE_MS)]
    })
    if (rows.length > 0) await tables.notices.putAll(rows)
  },
  notify: async (notice) => {
    const { body } = storedNotice(notice, now())
    const isWaiting = await notices.release(notice.id, body, now())
    // A finding may get a response later than it was stored, when its rule was changed meanwhile.
    if (!isWaiting && (await notices.get(notice.id)) === null)
      await notices.put(storedNotice(notice, now()))
    wake()
  },
  alarm: async (alarm, tables = { notices }) => {
    if ((await tables.notices.get(alarm.id)) !== null) return
    await tables.notices.put(storedNotice({ about: 'alarm', at: now(), ...alarm }, now()))
    wake()
  },
})
