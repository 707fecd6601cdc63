import { family, get } from '../load.ts'
import { compare } from './measure.ts'
import type { Servers } from './playback.ts'
import { micros, type Row } from './table.ts'

/** Lists by length, and an address whose group has that list. */
const LISTS = [
  { channels: 200, from: '11.0.8.1', count: 3000 },
  { channels: 5000, from: '192.168.1.1', count: 200 },
] as const

/** Playlists beside nginx's geo block, a static file and the same sub_filter. */
export const measurePlaylists = async ({ rig, plain }: Servers): Promise<Row[]> => {
  const rows: Row[] = []
  for (const { channels, from, count } of LISTS) {
    const headers = { 'X-Ticket': rig.ticket(), 'X-Real': from }
    const geo = get(`/geo/${channels}.m3u`, headers)
    const ours = get('/playlist.m3u', { 'X-Forwarded-For': from })
    const costs = await compare([
      { name: 'geo', pids: family(plain.pid), port: plain.port, request: geo, count },
      { name: 'ours', pids: family(rig.nginx.pid), port: rig.nginx.port, request: ours, count },
    ])
    rows.push({
      what: `playlist of ${channels} channels / geo, file, sub_filter`,
      ours: micros(costs.of('ours')),
      beside: micros(costs.of('geo')),
      value: costs.ratio('ours', 'geo'),
      goal: { most: 1.25 },
    })
  }
  return rows
}
