import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RawOptions } from '../../../../control/report/options.ts'
import { inZone, runReportHere } from '../../../support/media-servers/report-run.ts'
import {
  startTautulli,
  type TautulliServer,
} from '../../../support/media-servers/tautulli-server.ts'
import {
  expectedText,
  normaliseBlanks,
  shownData,
  vector,
} from '../../../support/media-servers/tautulli-shown.ts'

let server: TautulliServer
const data = shownData()
const ORIGINAL_HOST = 'http://127.0.0.1:18181'

beforeAll(async () => {
  server = await startTautulli(data)
})
afterAll(() => server.close())

const compat = (raw: RawOptions) =>
  inZone('UTC', () =>
    runReportHere({ host: server.url, apiKey: data.apiKey, method: 'compat', ...raw }),
  )

const TEXTS: Record<string, RawOptions> = {
  default: {},
  geo: { geo: true },
  geo_timeline: { geo: true, timeline: true },
  concurrent_only: { concurrentOnly: true },
  min_score_60: { minScore: '60' },
  top_ips_geo: { topIps: true, geo: true },
  user_geo_timeline: { user: 'two cities', geo: true, timeline: true },
}

describe('the printed report is the original one', () => {
  it.each(Object.entries(TEXTS))('case=%s', async (name, raw) => {
    const { code, out, err } = await compat(raw)
    const printed = normaliseBlanks(out.replaceAll(server.url, ORIGINAL_HOST))
    expect(printed).toBe(normaliseBlanks(expectedText(name)))
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})

interface Expected {
  readonly user_id: number
  readonly skipped?: boolean
  readonly teleportations?: readonly Trip[]
}

interface Trip {
  readonly from: unknown
  readonly to: unknown
  readonly dist_km: number
  readonly time_diff_h: number
  readonly speed_kmh: number
}

const RUNS: Record<string, RawOptions> = {
  default: {},
  geo: { geo: true },
  days_7: { days: '7' },
  geo_days_7: { days: '7', geo: true },
  geo_days_90: { days: '90', geo: true },
}

const isClose = (trip: Trip, wanted: Trip): void => {
  expect({ from: trip.from, to: trip.to }).toEqual({ from: wanted.from, to: wanted.to })
  expect(trip.time_diff_h).toBe(wanted.time_diff_h)
  // The sine of two mathematical libraries may differ in the last binary digit.
  expect(Math.abs(trip.dist_km / wanted.dist_km - 1)).toBeLessThan(1e-13)
  expect(Math.abs(trip.speed_kmh / wanted.speed_kmh - 1)).toBeLessThan(1e-13)
}

describe('the JSON report has the original numbers', () => {
  const wanted = JSON.parse(vector('expected/results.json')) as Record<string, Expected[]>
  it.each(Object.entries(RUNS))('case=%s', async (name, raw) => {
    const { out, code } = await compat({ ...raw, json: true })
    const { users } = JSON.parse(out) as { users: (Expected & { score: number | null })[] }
    const expected = wanted[name] ?? []
    expect(code).toBe(0)
    expect(users.map((user) => user.user_id)).toEqual(expected.map((user) => user.user_id))
    for (const [i, { teleportations = [], skipped, ...rest }] of expected.entries()) {
      const user = users[i]
      expect(user).toMatchObject(rest)
      if (skipped) expect(user).toMatchObject({ skipped: true, score: null, flagged: false })
      else expect(user).not.toHaveProperty('skipped')
      expect(user).not.toHaveProperty('compat_differs')
      const trips = user?.teleportations ?? []
      expect(trips).toHaveLength(teleportations.length)
      for (const [j, trip] of trips.entries()) isClose(trip, teleportations[j] as Trip)
    }
  })
})

describe('the calls are the original ones', () => {
  it('asks for users once, and for a thousand rows of each, as the server groups them', async () => {
    server.asked.length = 0
    await compat({})
    const calls = server.asked.map(({ params }) => {
      params.delete('apikey')
      return params.toString()
    })
    expect(calls[0]).toBe('cmd=get_users_table&length=500')
    const history = data.users.map(
      (user) => `cmd=get_history&user_id=${String(user['user_id'])}&after=2026-10-21&length=1000`,
    )
    expect(calls.slice(1).sort()).toEqual(history.sort())
  })

  it('looks each public address up once, and private ones never', async () => {
    server.asked.length = 0
    await compat({ geo: true })
    const looked = server.asked
      .filter(({ command }) => command === 'get_geoip_lookup')
      .map(({ params }) => params.get('ip_address'))
    expect(new Set(looked).size).toBe(looked.length)
    expect(looked).not.toContain('192.168.1.10')
    // Only a user with one device was seen in Oslo, and such users are skipped before any look-up.
    expect(looked).not.toContain('193.90.173.176')
  })

  it('counts days by the local calendar', async () => {
    const afterIn = async (zone: string, now: string): Promise<string | null | undefined> => {
      server.asked.length = 0
      await inZone(zone, () =>
        runReportHere(
          { host: server.url, apiKey: data.apiKey, method: 'compat', user: 'single', days: '1' },
          { GATEHOUSE_NOW: now },
        ),
      )
      return server.asked.at(-1)?.params.get('after')
    }
    expect(await afterIn('UTC', '2026-11-20T02:00:00Z')).toBe('2026-11-19')
    expect(await afterIn('America/New_York', '2026-11-20T02:00:00Z')).toBe('2026-11-18')
    // The clocks of Berlin went back on 25 October: a day of 25 hours is still one day.
    expect(await afterIn('Europe/Berlin', '2026-10-25T22:30:00Z')).toBe('2026-10-24')
  })
})
