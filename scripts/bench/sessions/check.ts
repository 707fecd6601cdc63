import { join } from 'node:path'
import { startRig } from '../../../test/edge/rig/rig.ts'
import { channelRows, group } from '../../../test/edge/rig/tables.ts'
import { startLua } from '../edge/lua.ts'
import { compare } from '../edge/measure.ts'
import { startFiles } from '../edge/reference.ts'
import { family, get } from '../load.ts'
import { fillPages, openEdgeMemory } from './edge-memory.ts'
import { CHANNEL, passOf } from './passes.ts'

/** What a check costs among so many sessions: here, and the same in OpenResty Lua. */
export interface CheckCost {
  readonly sessions: number
  /** Bytes of shared memory that all sessions take. */
  readonly bytes: number
  readonly luaBytes: number
  /** Microseconds of nginx's CPU per manifest. */
  readonly micros: number
  readonly luaMicros: number
}

const MANIFEST = `#EXTM3U\n${'#EXTINF:2,\nseg000001.ts\n'.repeat(41)}`
const REQUESTS = 6_000
/** Prime, so that the requests meet all sessions in turn. */
const STRIDE = 7_919

const startEdge = (origin: string) =>
  startRig(
    (stub) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
      stub.tables.channels.rows = channelRows({ [CHANNEL]: { origin, base: `/hls/${CHANNEL}/` } })
    },
    (it) => ({
      ...it,
      workers: 1,
      origins: [origin],
      zones: { ...it.zones, leases: '64m' },
    }),
  )

/** Measures a manifest's check at an edge and in Lua, both holding the leases of all sessions; text says why there is no Lua. */
export const measureChecks = async (sizes: readonly number[]): Promise<CheckCost[] | string> => {
  const files = await startFiles({ [`hls/${CHANNEL}/index.m3u8`]: MANIFEST })
  const lua = await startLua(files.port)
  if (typeof lua === 'string') {
    await files.stop()
    return lua
  }
  const rig = await startEdge(files.url)
  try {
    const memory = await openEdgeMemory({
      folder: rig.dir,
      socket: join(rig.dir, 'bench.sock'),
      pid: rig.nginx.pid,
    })
    const askLua = async (path: string): Promise<string> =>
      await (await fetch(`http://127.0.0.1:${lua.port}${path}`)).text()
    const empty = { ours: await memory.fill(0, 0), lua: await fillPages(askLua, 0, 0) }
    const rows: CheckCost[] = []
    let loaded = 0
    let turn = 0
    for (const sessions of sizes) {
      const bytes = empty.ours - (await memory.fill(loaded, sessions))
      const luaBytes = empty.lua - (await fillPages(askLua, loaded, sessions))
      loaded = sessions
      const request = (): string =>
        get(`/s/${passOf((turn++ * STRIDE) % sessions)}/${CHANNEL}/index.m3u8`)
      const load = { request, count: REQUESTS }
      const costs = await compare([
        { name: 'edge', pids: family(rig.nginx.pid), port: rig.nginx.port, ...load },
        { name: 'lua', pids: family(lua.pid), port: lua.port, ...load },
      ])
      const [micros, luaMicros] = [costs.of('edge'), costs.of('lua')]
      rows.push({ sessions, bytes, luaBytes, micros, luaMicros })
    }
    return rows
  } finally {
    await rig.stop()
    await lua.stop()
    await files.stop()
  }
}
