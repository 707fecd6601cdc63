import type { Rig } from '../../../test/edge/rig.ts'
import { family, get } from '../load.ts'
import type { LuaEdge } from './lua.ts'
import { type Case, compare } from './measure.ts'
import { micros, type Row } from './table.ts'

/** The servers that are compared. */
export interface Servers {
  readonly rig: Rig
  /** Answers without a gate and with a question to Node for each request. */
  readonly plain: { readonly pid: number; readonly port: number }
  /** What a question to Node costs besides nginx. */
  readonly auth: readonly number[]
  readonly lua: LuaEdge | string
}

interface Sort {
  readonly what: string
  readonly file: string
  readonly count: number
  readonly most: number | null
  readonly isFetchedOnce: boolean
  /** Goal beside Lua; nothing = not compared. */
  readonly luaMost?: number | null
}

const SORTS: readonly Sort[] = [
  {
    what: 'manifest of 1 KB',
    file: 'index.m3u8',
    count: 8000,
    most: 1.5,
    isFetchedOnce: false,
    luaMost: 1.15,
  },
  {
    what: 'segment of 1 KB',
    file: 'small.ts',
    count: 8000,
    most: null,
    isFetchedOnce: true,
    luaMost: null,
  },
  { what: 'segment of 1 MB', file: 'large.ts', count: 600, most: 1.05, isFetchedOnce: true },
]

const casesOf = (servers: Servers, sort: Sort, location: string): Case[] => {
  const { rig, plain, auth, lua } = servers
  const { file, count } = sort
  const path = location.replace('index.m3u8', file)
  let fetched = 0
  // A player asks for each segment once; the query tells them apart.
  const request = sort.isFetchedOnce ? () => get(`${path}?n=${fetched++}`) : get(path)
  const nginx = family(plain.pid)
  const cases: Case[] = [
    { name: 'bare', pids: nginx, port: plain.port, request: get(`/bare/hls/ch1/${file}`), count },
    { name: 'gate', pids: family(rig.nginx.pid), port: rig.nginx.port, request, count },
    {
      name: 'node',
      pids: [...nginx, ...auth],
      port: plain.port,
      request: get(`/node/hls/ch1/${file}`),
      count,
    },
  ]
  if (typeof lua !== 'string' && sort.luaMost !== undefined)
    cases.push({ name: 'lua', pids: family(lua.pid), port: lua.port, request, count })
  return cases
}

/** Manifests and segments beside no gate, beside Lua, beside a question to Node each time. */
export const measurePlayback = async (servers: Servers): Promise<Row[]> => {
  const { rig, lua } = servers
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const location = opened.headers.get('location') ?? ''
  const rows: Row[] = []
  for (const sort of SORTS) {
    const [bare = 0, gate = 0, node = 0, other = 0] = await compare(
      casesOf(servers, sort, location),
    )
    const { what, most } = sort
    const ours = micros(gate)
    rows.push(
      {
        what: `${what} / no gate`,
        ours,
        beside: micros(bare),
        value: gate / bare,
        goal: most === null ? null : { most },
      },
      {
        what: `${what}: auth_request to Node / ours`,
        ours,
        beside: micros(node),
        value: node / gate,
        goal: { least: 4 },
      },
      {
        what: `${what}: what each adds, Node / ours`,
        ours: micros(gate - bare),
        beside: micros(node - bare),
        value: (node - bare) / (gate - bare),
        goal: null,
      },
    )
    if (typeof lua !== 'string' && sort.luaMost !== undefined)
      rows.push({
        what: `${what} / the same check in Lua`,
        ours,
        beside: micros(other),
        value: gate / other,
        goal: sort.luaMost === null ? null : { most: sort.luaMost },
      })
  }
  return rows
}
