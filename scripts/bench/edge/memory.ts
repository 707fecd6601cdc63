import type { Rig } from '../../../test/edge/rig/rig.ts'
import { get, run } from '../load.ts'
import type { Row } from './table.ts'

const SESSIONS = Number(process.env['SESSIONS'] ?? 50_000)
const ZONES = ['gh_leases', 'gh_ring', 'gh_bans', 'gh_denied', 'gh_pace']

const freeOf = async (rig: Rig): Promise<number> => {
  const body = JSON.parse((await rig.get('/health')).text) as { freeBytes: Record<string, number> }
  return ZONES.reduce((sum, zone) => sum + (body.freeBytes[zone] ?? 0), 0)
}

/** Opens many sessions and measures the memory they take. */
export const measureMemory = async (rig: Rig): Promise<Row[]> => {
  const tickets = Array.from({ length: 500 }, (_, i) => rig.ticket({ account: `own:${i}` }))
  const request = (turn: number): string =>
    get(`/live/${tickets[turn % tickets.length]}/ch1/index.m3u8`)
  const before = await freeOf(rig)
  const started = rig.stub.known.size
  await run({ port: rig.nginx.port, request, connections: 16, count: SESSIONS })
  const live = rig.stub.known.size - started
  const value = (before - (await freeOf(rig))) / live
  const ours = `${live} sessions`
  return [
    {
      what: 'bytes of shared memory per live session',
      ours,
      beside: '',
      value,
      goal: { most: 256 },
    },
  ]
}
