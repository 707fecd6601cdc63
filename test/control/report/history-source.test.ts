import { expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { defaultRules } from '../../../control/detect/rules/rules.ts'
import type { HistoryReader } from '../../../control/report/history-accounts.ts'
import { playFromTautulli, type TautulliRow } from '../../../control/sources/tautulli/rows.ts'
import { runReportHere } from '../../support/media-servers/report-run.ts'
import { shownData } from '../../support/media-servers/tautulli-shown.ts'

const data = shownData()

const playsOf = (userId: unknown): PlayRecord[] => {
  const rows = (data.history[String(userId)] ?? []) as readonly TautulliRow[]
  return rows.map((row) => playFromTautulli(row, data.geo[String(row.ip_address)])).toReversed()
}

const openHistory = (known: Partial<HistoryReader> = {}) => {
  const asked: number[][] = []
  let isClosed = false
  const open = async () => ({
    async *playsByAccount(from: number, to: number) {
      asked.push([from, to])
      for (const user of data.users) yield playsOf(user['user_id'])
    },
    ...known,
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

it('an account that is not in the history is said not to be found: exit code 2', async () => {
  const raw = { source: 'history', user: 'nobody\u0007', json: true }
  const { out, err, code } = await runReportHere(raw, {}, { openHistory: openHistory().open })
  expect(err).toBe("User 'nobody?' not found.")
  expect(out).toBe('')
  expect(code).toBe(2)
})

const shared = 'backend:tautulli:22579007'
const judged = async (known: Partial<HistoryReader>): Promise<Record<string, unknown>> => {
  const raw = { source: 'history', user: 'Two Cities', json: true }
  const run = await runReportHere(raw, {}, { openHistory: openHistory(known).open })
  const { users } = JSON.parse(run.out) as { users: Record<string, unknown>[] }
  return { ...users[0], code: run.code }
}

it("operators' words count, of the account they were said of and of no other", async () => {
  const word = { kind: 'account', value: shared, verdict: 'fine' } as const
  const feedback = (account: string) => async () => [{ ...word, account }]
  expect(await judged({ feedback: feedback(shared) })).toMatchObject({ flagged: false, code: 0 })
  expect(await judged({ feedback: feedback('own:1') })).toMatchObject({ flagged: true, code: 1 })
  const city = async () =>
    [{ account: shared, kind: 'city', value: 'PARIS', verdict: 'fine' }] as const
  const before = await judged({})
  const after = await judged({ feedback: city })
  expect(before['households']).toHaveLength(2)
  expect(Number(after['confidence'])).toBeLessThan(Number(before['confidence']))
})

it('findings are those of the rules in force', async () => {
  const [rule] = defaultRules().filter(({ kind }) => kind === 'impossible_travel')
  const kindsOf = async (enabled: boolean) => {
    const rules = async () => (rule ? [{ ...rule, enabled }] : [])
    const { findings } = await judged({ rules })
    return new Set((findings as { kind: string }[]).map(({ kind }) => kind))
  }
  expect(await kindsOf(true)).toEqual(new Set(['impossible_travel']))
  expect(await kindsOf(false)).toEqual(new Set())
})

it('what was refused or ended by ourselves is not held against anybody', async () => {
  const refused = data.users.map(({ user_id }) =>
    playsOf(user_id).map((play) => ({ ...play, reason: 'ban.account', endedAt: play.lastSeenAt })),
  )
  const playsByAccount = async function* () {
    yield* refused
  }
  const { open } = openHistory({ playsByAccount })
  const { out, code } = await runReportHere(
    { source: 'history', json: true },
    {},
    { openHistory: open },
  )
  expect([JSON.parse(out), code]).toEqual([{ users: [] }, 0])
})

it('what everybody watched is asked for of the days the report is about', async () => {
  const spans: unknown[] = []
  const totals: NonNullable<HistoryReader['totals']> = {
    uniqueViewers: async (span) => {
      spans.push(span)
      return 500
    },
    topChannels: async (span) => {
      spans.push(span)
      return []
    },
  }
  await judged({ totals })
  const to = Date.parse('2026-11-20T18:30:00Z') + 1
  const span = { from: to - 1 - 30 * 86_400_000, to }
  expect(spans).toEqual([span, span])
})
