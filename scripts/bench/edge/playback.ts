import type { Rig } from '../../../test/edge/rig/rig.ts'
import { family, get } from '../load.ts'
import type { LuaEdge } from './lua.ts'
import { type Case, type Costs, compare } from './measure.ts'
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
  /** Sessions that take turns: a JavaScript context remembers 256 of them. */
  readonly sessions: number
  /** Goal beside Lua; `null` = shown only. */
  readonly luaMost: number | null
}

/** Sessions of an edge that is in use. */
const MANY = 2_000

const MANIFEST: Sort = {
  what: 'manifest of 1 KB',
  file: 'index.m3u8',
  count: 8000,
  most: 0.95,
  isFetchedOnce: false,
  sessions: 1,
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
    sessions: 1,
    luaMost: 1.1,
  },
  {
    what: `segment of 1 KB, ${MANY.toLocaleString('en')} sessions in turn`,
    file: 'small.ts',
    count: 8000,
    most: 1.6,
    isFetchedOnce: true,
    sessions: MANY,
    luaMost: 1.1,
  },
  {
    what: 'segment of 1 MB',
    file: 'large.ts',
    count: 600,
    most: 1.05,
    isFetchedOnce: true,
    sessions: 1,
    luaMost: null,
  },
]

const casesOf = (servers: Servers, sort: Sort, entries: readonly string[]): Case[] => {
  const { rig, plain, auth, lua } = servers
  const { file, count, sessions } = sort
  const paths = entries.slice(0, sessions).map((it) => it.replace('index.m3u8', file))
  let fetched = 0
  // A player asks for each segment once; the query makes each distinct.
  const next = (): string => {
    fetched += 1
    return get(`${paths[fetched % paths.length]}?n=${fetched}`)
  }
  const request = sort.isFetchedOnce ? next : get(paths[0] ?? '')
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

/** The lines of one sort, from what each case cost. */
const rowsOf = ({ what, most, luaMost }: Sort, names: ReadonlySet<string>, costs: Costs): Row[] => {
  const [bare, gate, node] = [costs.of('bare'), costs.of('gate'), costs.of('node')]
  const beside = (name: string, how: string, goal: number | null): Row => ({
    what: `${what} / ${how}`,
    ours: micros(gate),
    beside: micros(costs.of(name)),
    value: costs.ratio('gate', name),
    goal: goal === null ? null : { most: goal },
  })
  const rows: Row[] = [
    beside('bare', 'no gate', most),
    {
      what: `${what}: auth_request to Node / ours`,
      ours: micros(gate),
      beside: micros(node),
      value: costs.ratio('node', 'gate'),
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
  if (names.has('rewritten')) rows.push(beside('rewritten', 'no gate, but rewritten', null))
  if (names.has('cached')) rows.push(beside('cached', 'no gate, from its own cache', 1.25))
  if (names.has('lua')) rows.push(beside('lua', 'the same check in Lua', luaMost))
  return rows
}

/** Addresses that openings of so many accounts lead to. */
const openSessions = async (rig: Rig, count: number): Promise<string[]> => {
  const entries: string[] = []
  const open = async (account: string): Promise<void> => {
    const opened = await rig.get(`/live/${rig.ticket({ account })}/ch1/index.m3u8`)
    entries.push(opened.headers.get('location') ?? '')
  }
  for (let at = 0; at < count; at += 20)
    await Promise.all(Array.from({ length: 20 }, (_, i) => open(`own:${at + i}`)))
  return entries
}

/**
 * Manifests and segments compared with no access control, with Lua, and with auth_request to Node.
 */
export const measurePlayback = async (servers: Servers): Promise<Row[]> => {
  const entries = await openSessions(servers.rig, MANY)
  const rows: Row[] = []
  for (const sort of SORTS) {
    const cases = casesOf(servers, sort, entries)
    rows.push(...rowsOf(sort, new Set(cases.map(({ name }) => name)), await compare(cases)))
  }
  return rows
}
