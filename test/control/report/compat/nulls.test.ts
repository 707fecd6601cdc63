import { afterEach, describe, expect, it } from 'vitest'
import type { RawOptions } from '../../../../control/report/options.ts'
import { inZone, runReportHere } from '../../../support/media-servers/report-run.ts'
import { MADE_KEY, madeData, NOW_S, play } from '../../../support/media-servers/tautulli-made.ts'
import {
  type Row,
  startTautulli,
  type TautulliServer,
} from '../../../support/media-servers/tautulli-server.ts'

let server: TautulliServer | undefined
afterEach(() => server?.close())

const DAY = NOW_S - 86_400

const run = async (rows: readonly Row[], raw: RawOptions = {}, geo = {}) => {
  server = await startTautulli(madeData({ 1: rows }, geo))
  const options = { host: server.url, apiKey: MADE_KEY, method: 'compat', ...raw }
  return inZone('UTC', () => runReportHere(options))
}

const analysed = async (rows: readonly Row[], raw: RawOptions = {}, geo = {}) => {
  const { out } = await run(rows, { json: true, ...raw }, geo)
  return (JSON.parse(out) as { users: Record<string, unknown>[] }).users[0] ?? {}
}

describe('what stops the original is computed, null being a value of its own', () => {
  it('two null addresses are one network, a null and a real one are two', async () => {
    const both = await analysed([
      play({ row_id: 2, started: DAY, ip_address: null, machine_id: 'a' }),
      play({ row_id: 1, started: DAY, ip_address: null, machine_id: 'b' }),
    ])
    expect(both).toMatchObject({ n_overlaps: 0, score: 10, compat_differs: true })
    const one = await analysed([
      play({ row_id: 2, started: DAY, ip_address: null, machine_id: 'a' }),
      play({ row_id: 1, started: DAY, machine_id: 'b' }),
    ])
    expect(one).toMatchObject({
      n_overlaps: 1,
      n_overlap_pairs: 1,
      score: 37,
      compat_differs: true,
    })
  })

  it('a null address the original never looks at changes nothing', async () => {
    const public_then_null = await analysed([
      play({ row_id: 2, started: DAY, machine_id: 'a' }),
      play({ row_id: 1, started: DAY, ip_address: null, machine_id: 'b' }),
    ])
    expect(public_then_null).toMatchObject({ n_overlaps: 1, score: 37 })
    expect(public_then_null).not.toHaveProperty('compat_differs')
    const private_then_null = await analysed([
      play({ row_id: 2, started: DAY, ip_address: '10.0.0.1', machine_id: 'a' }),
      play({ row_id: 1, started: DAY, ip_address: null, machine_id: 'b' }),
    ])
    expect(private_then_null).toMatchObject({ n_overlaps: 1, compat_differs: true })
    const alone = await analysed([
      play({ row_id: 3, started: DAY, machine_id: 'b' }),
      play({ row_id: 2, started: DAY - 9000, machine_id: 'a' }),
      play({ row_id: 1, started: null, stopped: null, ip_address: null, machine_id: 'a' }),
    ])
    expect(alone).not.toHaveProperty('compat_differs')
  })

  it('a null machine id is a device, and differs only when it is paired with another', async () => {
    const paired = await analysed([
      play({ row_id: 2, started: DAY, machine_id: null }),
      play({ row_id: 1, started: DAY, machine_id: 'b', ip_address: '198.51.100.1' }),
    ])
    expect(paired).toMatchObject({
      n_devices: 2,
      n_overlap_pairs: 1,
      score: 37,
      compat_differs: true,
    })
    const apart = await analysed([
      play({ row_id: 2, started: DAY, machine_id: null }),
      play({ row_id: 1, started: DAY - 9000, machine_id: 'b' }),
    ])
    expect(apart).toMatchObject({ n_devices: 2, n_overlaps: 0 })
    expect(apart).not.toHaveProperty('compat_differs')
  })

  it('an absent machine id is "unknown" among devices and "?" in pairs, as in the original', async () => {
    const user = await analysed([
      play({ row_id: 2, started: DAY, machine_id: undefined }),
      play({ row_id: 1, started: DAY, machine_id: 'b', ip_address: '198.51.100.1' }),
    ])
    expect(user).toMatchObject({ n_devices: 2, n_overlap_pairs: 1 })
    expect(user).not.toHaveProperty('compat_differs')
    expect(JSON.stringify(user)).toContain('"machine_id":"unknown"')
  })

  it('absent and null machine ids are one device in a comparison, two in pairs', async () => {
    const user = await analysed([
      play({ row_id: 3, started: DAY + 1, machine_id: undefined, ip_address: '203.0.113.9' }),
      play({ row_id: 2, started: DAY + 1, machine_id: null }),
      play({ row_id: 1, started: DAY, machine_id: 'b', ip_address: '198.51.100.1' }),
    ])
    expect(user).toMatchObject({ n_devices: 3, n_overlaps: 2, n_overlap_pairs: 2, score: 74 })
    expect(user).toMatchObject({ compat_differs: true })
  })

  it('numbers that come as text are read, and text that is none is nothing', async () => {
    const rows = [
      play({ row_id: 2, started: String(DAY), stopped: 'soon', machine_id: 'a' }),
      play({ row_id: 1, started: DAY, play_duration: '0', duration: '600', machine_id: 'b' }),
      play({
        row_id: 0,
        started: DAY - 9000,
        play_duration: '1e999',
        duration: 1800,
        machine_id: 'b',
      }),
    ].map((row, i) => ({ ...row, ip_address: `198.51.100.${i}` }))
    const expected = { n_overlaps: 1, total_duration_sec: 4200, compat_differs: true }
    expect(await analysed(rows)).toMatchObject(expected)
    expect((await run(rows, { timeline: true })).out).not.toMatch(/NaN|Infinity/)
  })

  it('null platforms and players are printed', async () => {
    const rows = [
      play({ row_id: 2, started: DAY, platform: null, player: null, machine_id: 'a' }),
      play({ row_id: 1, started: DAY, machine_id: 'b', ip_address: '198.51.100.1' }),
    ]
    const { out, code } = await run(rows, { timeline: true })
    expect(code).toBe(0)
    expect(out).toMatch(/None +None +1 +30m {2}203\.0\.113\.7/)
    expect(await analysed(rows)).toMatchObject({ compat_differs: true })
  })
})

describe('places', () => {
  const rows = [
    play({ row_id: 2, started: DAY + 60, machine_id: 'a' }),
    play({ row_id: 1, started: DAY, machine_id: 'b', ip_address: '198.51.100.1' }),
  ]
  const lyon = { city: 'Lyon', region: null, country: 'France', latitude: 45.76, longitude: 4.84 }

  it('without coordinates, or on the equator, are no places', async () => {
    for (const coordinates of [
      { latitude: null, longitude: null },
      { latitude: 0, longitude: 10 },
      { latitude: 10, longitude: 0 },
      {},
    ]) {
      const geo = { '203.0.113.7': lyon, '198.51.100.1': { city: 'X', ...coordinates } }
      expect(await analysed(rows, { geo: true }, geo)).toMatchObject({ teleportations: [] })
    }
  })

  it('print a missing region as None, and an unknown address as Unknown', async () => {
    const geo = {
      '203.0.113.7': lyon,
      '198.51.100.1': { city: 'Porto', region: 'Porto', latitude: 41.15, longitude: -8.61 },
    }
    const { out } = await run(rows, { geo: true }, geo)
    expect(out).toContain('Lyon, None')
    expect(out).toContain('203.0.113.7 (Lyon, France)')
    const unknown = await run(rows, { geo: true }, { '203.0.113.7': lyon })
    expect(unknown.out).toContain('198.51.100.1 (Unknown)')
  })

  it('whose latitude is no number make an error of that user alone', async () => {
    const geo = { '203.0.113.7': { ...lyon, latitude: 'north' }, '198.51.100.1': lyon }
    const { out, code } = await run(rows, { geo: true }, geo)
    expect(code).toBe(0)
    expect(out).toContain("user 1... error: could not convert string to float: 'north'")
  })
})
