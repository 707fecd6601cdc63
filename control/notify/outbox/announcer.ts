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

/** Writes down what there is to tell. */
export interface Announcer {
  /** Notices of new findings, a part of the transaction that stores these; they wait for what comes of them. */
  announce(tables: Pick<NoticeTables, 'notices'>, due: readonly DueResponse[]): Promise<void>
  /** Lets a finding's notice go, with what came of it. Told again it changes nothing. */
  notify(notice: FindingNotice): Promise<void>
  /** Tells of an alarm, as a part of a transaction where tables are given; one id is told once. */
  alarm(
    alarm: Omit<AlarmNotice, 'about' | 'at'>,
    tables?: Pick<NoticeTables, 'notices'>,
  ): Promise<void>
}

/** What an announcer works with. */
export interface AnnouncerPorts {
  readonly notices: NoticeTables['notices']
  readonly now: () => number
  /** Something is to be sent. */
  readonly wake: () => void
}

/** A notice waits so long for what comes of its finding; a control plane that ends meanwhile is not waited for. */
const GRACE_MS = 30_000
/** Nobody is told of what happened longer ago. */
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

/** Announces findings and alarms over the database. */
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
    // A finding may come to a step later than it was stored: when its rule was changed meanwhile.
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
