import type { Rig } from '../../../test/edge/rig/rig.ts'
import { family, get } from '../load.ts'
import type { LuaEdge } from './lua.ts'
import { type Case, compare } from './measure.ts'
import { micros, type Row } from './table.ts'

/** The servers that are compared. */
export interface Servers {
  readonly rig: Rig
  /** Serves without access control, and with an auth_request to Node for each request. */
  readonly plain: { readonly pid: number; readonly port: number }
  /** The Node process behind auth_request. */
  readonly auth: readonly number[]
  readonly lua: LuaEdge | string
}

interface Sort {
  readonly what: string
  readonly file: string
  readonly count: number
  /** Goal beside no gate; `null` = shown only. */
  readonly most: number | null
  readonly isFetchedOnce: boolean
  /** Goal beside Lua; `null` = shown only. */
  readonly luaMost: number | null
}

const MANIFEST: Sort = {
  what: 'manifest of 1 KB',
  file: 'index.m3u8',
  count: 8000,
  most: 0.95,
  isFetchedOnce: false,
  luaMost: 1,
}
const SORTS: readonly Sort[] = [
  MANIFEST,
  {
    what: 'segment of 1 KB',
    file: 'small.ts',
    count: 8000,
    most: 1.6,
    isFetchedOnce: true,
    luaMost: 1.1,
  },
  {
    what: 'segment of 1 MB',
    file: 'large.ts',
    count: 600,
    most: 1.05,
    isFetchedOnce: true,
    luaMost: null,
  },
]

const casesOf = (servers: Servers, sort: Sort, location: string): Case[] => {
  const { rig, plain, auth, lua } = servers
  const { file, count } = sort
  const path = location.replace('index.m3u8', file)
  let fetched = 0
  // A player asks for each segment once; the query makes each distinct.
  const request = sort.isFetchedOnce ? () => get(`${path}?n=${fetched++}`) : get(path)
  const nginx = family(plain.pid)
  const beside = (name: string, folder: string, more: readonly number[] = []): Case => {
    const asked = get(`/${folder}/ch1/${file}`)
    return { name, pids: [...nginx, ...more], port: plain.port, request: asked, count }
  }
  const cases: Case[] = [
    beside('bare', 'bare/hls'),
    { name: 'gate', pids: family(rig.nginx.pid), port: rig.nginx.port, request, count },
    beside('node', 'node/hls', auth),
  ]
  if (sort === MANIFEST)
    cases.push(beside('rewritten', 'rewritten'), beside('cached', 'cached/hls'))
  if (typeof lua !== 'string')
    cases.push({ name: 'lua', pids: family(lua.pid), port: lua.port, request, count })
  return cases
}

/** The lines of one sort, from what each case cost in µs. */
const rowsOf = ({ what, most, luaMost }: Sort, cost: ReadonlyMap<string, number>): Row[] => {
  const of = (name: string): number => cost.get(name) ?? Number.NaN
  const beside = (name: string): { ours: string; beside: string } => ({
    ours: micros(of('gate')),
    beside: micros(of(name)),
  })
  const [bare, gate, node] = [of('bare'), of('gate'), of('node')]
  const rows: Row[] = [
    {
      what: `${what} / no gate`,
      ...beside('bare'),
      value: gate / bare,
      goal: most === null ? null : { most },
    },
    {
      what: `${what}: auth_request to Node / ours`,
      ...beside('node'),
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
  ]
  if (cost.has('rewritten'))
    rows.push({
      what: `${what} / no gate, but rewritten`,
      ...beside('rewritten'),
      value: gate / of('rewritten'),
      goal: null,
    })
  if (cost.has('cached'))
    rows.push({
      what: `${what} / no gate, from its own cache`,
      ...beside('cached'),
      value: gate / of('cached'),
      goal: { most: 1.25 },
    })
  if (cost.has('lua'))
    rows.push({
      what: `${what} / the same check in Lua`,
      ...beside('lua'),
      value: gate / of('lua'),
      goal: luaMost === null ? null : { most: luaMost },
    })
  return rows
}

/**
 * Manifests and segments compared with no access control, with Lua, and with auth_request to Node.
 */
export const measurePlayback = async (servers: Servers): Promise<Row[]> => {
  const { rig } = servers
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const location = opened.headers.get('location') ?? ''
  const rows: Row[] = []
  for (const sort of SORTS) {
    const cases = casesOf(servers, sort, location)
    const costs = await compare(cases)
    rows.push(...rowsOf(sort, new Map(cases.map((it, at) => [it.name, costs[at] ?? 0]))))
  }
  return rows
}
