import { expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { playFromTautulli, type TautulliRow } from '../../../control/sources/tautulli-rows.ts'
import { runReportHere } from '../../support/report-run.ts'
import { shownData } from '../../support/tautulli-shown.ts'

const data = shownData()

const playsOf = (userId: unknown): PlayRecord[] => {
  const rows = (data.history[String(userId)] ?? []) as readonly TautulliRow[]
  return rows.map((row) => playFromTautulli(row, data.geo[String(row.ip_address)])).toReversed()
}

const openHistory = () => {
  const asked: number[][] = []
  let isClosed = false
  const open = async () => ({
    async *playsByAccount(from: number, to: number) {
      asked.push([from, to])
      for (const user of data.users) yield playsOf(user['user_id'])
    },
    close: async () => {
      isClosed = true
    },
  })
  return { open, asked, isClosed: () => isClosed }
}

it('the report runs over our own history, names its geo data and closes what it opened', async () => {
  const history = openHistory()
  const { out, code } = await runReportHere(
    { source: 'history' },
    {},
    { openHistory: history.open },
  )
  expect(out).toContain('Two Cities  (user_id: backend:tautulli:22579007)')
  expect(out).toContain('IP Geolocation by DB-IP')
  expect(code).toBe(1)
  const now = Date.parse('2026-11-20T18:30:00Z')
  expect(history.asked).toEqual([[now - 30 * 86_400_000, now + 1]])
  expect(history.isClosed()).toBe(true)
})

it('one account can be asked for by its name', async () => {
  const history = openHistory()
  const raw = { source: 'history', user: 'traveller', json: true }
  const { out, code } = await runReportHere(raw, {}, { openHistory: history.open })
  expect((JSON.parse(out) as { users: unknown[] }).users).toHaveLength(1)
  expect(code).toBe(0)
})
