import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RawOptions } from '../../../../control/report/options.ts'
import { inZone, type ReportRun, runReportHere } from '../../../support/media-servers/report-run.ts'
import { MADE_KEY, madeData, NOW_S, play } from '../../../support/media-servers/tautulli-made.ts'
import {
  type Asked,
  startTautulli,
  type TautulliData,
} from '../../../support/media-servers/tautulli-server.ts'
import { shownData } from '../../../support/media-servers/tautulli-shown.ts'

interface User {
  readonly user_id: number | string
  readonly name: string
  readonly confidence: number
  readonly flagged: boolean
  readonly findings: unknown[]
  readonly households: { readonly isMain: boolean }[]
  readonly total_plays: number
}

const over = async (
  data: TautulliData,
  raw: RawOptions = {},
): Promise<ReportRun & { asked: readonly Asked[]; busiest: number }> => {
  const server = await startTautulli(data)
  try {
    const options = { host: server.url, apiKey: data.apiKey, ...raw }
    const run = await inZone('UTC', () => runReportHere(options))
    return { ...run, asked: server.asked, busiest: server.busiest() }
  } finally {
    await server.close()
  }
}

const usersOf = (run: ReportRun): User[] => (JSON.parse(run.out) as { users: User[] }).users

/** Plays by their ids, rows left out that go on with the item their device stopped no five minutes before. */
const countPlays = (rows: readonly Record<string, unknown>[]): number => {
  const kept = rows.filter(
    (row) =>
      !rows.some((before) => {
        const gap = Number(row['started']) - Number(before['stopped'])
        const isSame = (['machine_id', 'full_title', 'ip_address'] as const).every(
          (field) => row[field] === before[field],
        )
        return row !== before && isSame && gap >= 0 && gap <= 300
      }),
  )
  return new Set(kept.map((row) => row['reference_id'] ?? row['row_id'])).size
}

describe('the shown accounts', () => {
  it('two cities with a home each are found, the traveller and the family are not', async () => {
    const run = await over(shownData(), { json: true })
    const users = usersOf(run)
    const flagged = users.filter((user) => user.flagged).map((user) => user.name)
    expect(flagged).toContain('Two Cities')
    for (const innocent of ['traveller', 'The Homebodies', 'Single Device', 'Dual Stack 🏠'])
      expect(flagged).not.toContain(innocent)
    const twoCities = users.find((user) => user.name === 'Two Cities')
    expect(twoCities?.households.length).toBeGreaterThan(1)
    expect(run.code).toBe(1)
  })

  it('every user but the local one with id 0 is listed, with every play, a resumed one once', async () => {
    const data = shownData()
    const run = await over(data, { json: true, days: '90' })
    const users = usersOf(run)
    const ids = data.users.map((user) => user['user_id'])
    expect(users.map((user) => user.user_id)).toEqual(ids.filter((id) => id !== 0))
    const { unattributed_plays: others } = JSON.parse(run.out) as { unattributed_plays: number }
    expect(others).toBe(countPlays(data.history['0'] ?? []))
    for (const user of users)
      expect(user.total_plays).toBe(countPlays(data.history[String(user.user_id)] ?? []))
  })

  it('viewers who never signed in are no account, a user called Local with an id is', async () => {
    const of = (user_id: number) =>
      Array.from({ length: 60 }, (_, i) =>
        play({
          user_id,
          row_id: user_id * 1000 + i,
          started: NOW_S - 43_200 * (i + 1),
          ip_address: i % 2 === 0 ? '93.28.127.216' : '91.64.3.4',
          machine_id: `tv ${i % 2}`,
          full_title: `Film ${i}`,
        }),
      )
    const made = madeData({ 0: of(0), 5: of(5) })
    const data = {
      ...made,
      users: made.users.map((user) => ({ ...user, friendly_name: 'Local', username: 'Local' })),
    }
    for (const minConfidence of [undefined, '0']) {
      const run = await over(data, { json: true, ...(minConfidence && { minConfidence }) })
      expect(usersOf(run).map(({ user_id, name }) => [user_id, name])).toEqual([[5, 'Local']])
      expect(JSON.parse(run.out)).toMatchObject({ unattributed_plays: 60 })
      expect(run.err).toContain('60 plays are of viewers who never signed in')
      expect(run.err).toContain('[1/1] Local')
    }
    const text = await over({ ...data, users: data.users.slice(0, 1) }, { user: 'local' })
    expect(text.out).toBe(
      'No account looks shared.\n60 plays are of viewers who never signed in (id 0, "Local"), and of no account.',
    )
    expect(text.code).toBe(0)
  })

  it('the pieces of a play that was resumed are one play, each where and when it ran', async () => {
    const piece = (row_id: number, reference_id: number | string, ip_address: string) =>
      play({
        row_id,
        reference_id,
        ip_address,
        started: NOW_S - 400_000 + 20_000 * row_id,
        full_title: `Film ${String(reference_id)}`,
      })
    const rows = [
      piece(1, 1, '93.28.127.216'),
      piece(2, 1, '91.64.3.4'),
      piece(3, '1', '93.28.127.216'),
      // Its first piece is older than what is read.
      piece(4, -5, '93.28.127.216'),
      piece(5, -5, '93.28.127.216'),
      piece(6, 6, '93.28.127.216'),
    ]
    const [user] = usersOf(await over(madeData({ 1: rows }), { json: true }))
    expect(user?.total_plays).toBe(3)
    const ips = await over(madeData({ 1: rows }), { topIps: true })
    expect(ips.out).toContain('91.64.3.4')
  })

  it('the text names reasons and households, and progress is on stderr', async () => {
    const { out, err } = await over(shownData(), { timeline: true })
    expect(out).toMatch(
      /Two Cities {2}\(user_id: 22579007\)\n.*Confidence that it is shared: \d+ of 100/,
    )
    expect(out).toMatch(/\+\d+: .*Berlin/)
    expect(out).toMatch(/- a household in Berlin[^\n]* \(± 25 km\): \d+ device/)
    expect(out).toContain('SESSIONS AT THE SAME TIME')
    expect(out).not.toContain('DB-IP')
    expect(out).not.toContain('[1/8]')
    expect(err).toContain('[7/7] Dual Stack 🏠...')
  })

  it('a threshold nobody reaches finds nobody: exit code 0', async () => {
    const { out, code } = await over(shownData(), { minConfidence: '100', user: 'single' })
    expect(out).toBe('No account looks shared.')
    expect(code).toBe(0)
  })

  it('a threshold of 0 flags everybody', async () => {
    const users = usersOf(await over(shownData(), { minConfidence: '0', json: true }))
    expect(users.every((user) => user.flagged)).toBe(true)
  })

  it('addresses by time watched are read ungrouped', async () => {
    const { out } = await over(shownData(), { topIps: true, user: 'two_cities' })
    expect(out).toContain('IP USAGE BY USER')
    expect(out).toMatch(/93\.28\.127\.216 \(Paris, Ile-de-France, FR\)/)
    expect(out).toContain('Total: 81 plays')
  })

  it('where only sessions at the same time count, accounts without any are not flagged', async () => {
    const raw = { minConfidence: '0', concurrentOnly: true, json: true }
    const users = usersOf(await over(shownData(), raw))
    const flagged = users.filter((user) => user.flagged).map((user) => user.name)
    expect(flagged).toContain('Two Cities')
    expect(flagged).not.toContain('Single Device')
    expect(flagged).not.toContain('The Homebodies')
  })

  it('networks come from the table an operator gives', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'report-asn-'))
    const file = join(dir, 'asn.json')
    writeFileSync(file, JSON.stringify({ '93.28.127.216': { asn: 15557, org: 'SFR' } }))
    const { out } = await over(shownData(), { user: 'two cities', json: true, asn: file })
    rmSync(dir, { recursive: true })
    expect(out).toContain('SFR')
  })

  it('an unknown user is said so: exit code 2', async () => {
    const { err, code } = await over(shownData(), { user: 'nobody' })
    expect(err).toContain("User 'nobody' not found.")
    expect(code).toBe(2)
  })
})

describe('reading', () => {
  it('goes on beyond 500 users', async () => {
    const history = Object.fromEntries(
      Array.from({ length: 1203 }, (_, i) => [i + 1, [play({ user_id: i + 1, row_id: i + 1 })]]),
    )
    const run = await over(madeData(history), { json: true })
    expect(usersOf(run)).toHaveLength(1203)
    expect(run.busiest).toBeLessThanOrEqual(6)
    expect(run.code).toBe(0)
  })

  it('asks for single plays, page by page to the end, running ones included', async () => {
    const rows = Array.from({ length: 2501 }, (_, i) =>
      play({ row_id: 5000 - i, started: NOW_S - 600 * (i + 1) }),
    )
    const live = play({
      row_id: null,
      reference_id: null,
      state: 'playing',
      session_key: 9,
      started: NOW_S - 30,
    })
    const run = await over(madeData({ 1: [live, ...rows] }), { json: true })
    expect(usersOf(run)[0]?.total_plays).toBe(2502)
    const pages = run.asked.filter(({ command }) => command === 'get_history')
    expect(pages.map(({ params }) => params.get('start'))).toEqual(['0', '1000', '2000'])
    for (const { params } of pages) {
      expect(params.get('grouping')).toBe('0')
      expect(params.get('include_activity')).toBe('1')
    }
  })

  it('looks a network up once, however many addresses it shows', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      play({
        row_id: i + 1,
        started: NOW_S - 9000 * (i + 1),
        ip_address: `2001:db8:1:2::${i + 1}`,
      }),
    )
    const home = { city: 'Lyon', region: 'Rhone', code: 'FR', latitude: 45.7, longitude: 4.8 }
    const geo = { '2001:db8:1:2::1': home }
    const run = await over(
      madeData({ 1: rows, 2: rows.map((row) => ({ ...row, user_id: 2 })) }, geo),
      {
        json: true,
      },
    )
    expect(run.asked.filter(({ command }) => command === 'get_geoip_lookup')).toHaveLength(1)
    expect(run.out).toContain('Lyon')
  })

  it('fifty thousand plays of one user are read and judged', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) =>
      play({
        row_id: 60_000 - i,
        started: NOW_S - 600 * (i + 1),
        play_duration: 400,
        stopped: NOW_S - 600 * (i + 1) + 400,
        machine_id: `d${i % 3}`,
      }),
    )
    const run = await over(madeData({ 7: rows }), { json: true, days: '365' })
    expect(usersOf(run)[0]).toMatchObject({ user_id: 7, total_plays: 50_000 })
    expect(run.code).not.toBe(2)
  }, 120_000)
})

describe('options', () => {
  it.each<[string, RawOptions, RegExp]>([
    ['days', { days: 'ten' }, /--days needs a whole number, not 'ten'/],
    ['no days', { days: '0' }, /--days is 1 to 36500, not 0/],
    ['patience', { timeout: '99999999999' }, /--timeout is 1 to 3600 seconds, not 99999999999/],
    ['method', { method: 'magic' }, /--method is one of gatehouse, compat, not 'magic'/],
    ['confidence', { minConfidence: '101' }, /--min-confidence is 0 to 100, not 101/],
    ['source', { source: 'plex' }, /--source is one of tautulli, history, not 'plex'/],
    [
      'asn',
      { asn: '/nonexistent/asn.json' },
      /--asn: cannot read '\/nonexistent\/asn.json' \(ENOENT\)/,
    ],
    ['key file', { apiKeyFile: '/nonexistent/key' }, /--api-key-file: cannot read .* \(ENOENT\)/],
    ['compat of our history', { source: 'history', method: 'compat' }, /needs --source tautulli/],
  ])('case=%s is refused with a sentence', async (_, raw, says) => {
    await expect(
      runReportHere({
        host: '127.0.0.1:9',
        ...(raw.apiKeyFile ? {} : { apiKey: MADE_KEY }),
        ...raw,
      }),
    ).rejects.toThrow(says)
  })

  it('without a host or a key, the sentence is the original one: 2, and 1 in compat', async () => {
    const sentence =
      'Error: provide --host and --api-key (or set TAUTULLI_HOST / TAUTULLI_API_KEY).'
    expect(await runReportHere({})).toEqual({ code: 2, out: '', err: sentence })
    expect(await runReportHere({ method: 'compat', host: 'x' })).toEqual({
      code: 1,
      out: '',
      err: sentence,
    })
  })
})
