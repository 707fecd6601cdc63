import { randomBytes } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { entryOfProtocol, entryUnderPass } from '#domain/channels/channel'
import { parseChannelRecord } from '#domain/channels/channel-table'
import type {
  BanRow,
  EdgePolicy,
  SyncRequest,
  SyncResponse,
  TablePage,
} from '#domain/channels/protocol'
import { mintPass, type Pass, readPass } from '#domain/credentials/pass'
import { readTicket } from '#domain/credentials/ticket'
import { networkKey } from '#domain/networks/network'
import { cloneKey, inferredKey, leaseKey } from '#domain/viewer/lease'
import { nodeCrypto } from './crypto.ts'
import { body, header, seenPath, thinkAbout } from './incoming.ts'
import { type PictureAnswer, sendList, sendPicture } from './outgoing.ts'
import { placesOf } from './places.ts'

/** Speaks the edge contract from plain variables, so that a test says exactly what control would. */
export interface StubControl {
  policy: EdgePolicy
  secret: Uint8Array
  kid: number
  oldSecrets: Record<string, string>
  keysVersion: string
  tables: Record<
    'networks' | 'channels',
    { version: string; rows: Map<string, string>; pages: number }
  >
  lists: Map<string, string>
  readonly unkeptLists: Set<string>
  /** What is banned; an edge gets it whole when it says that it has nothing. */
  bans: readonly BanRow[]
  /** Put into the next sync answer. */
  next: Partial<SyncResponse>
  /** Leases it knows: asked again after a loss, it says yes. */
  readonly known: Set<string>
  /** Openings are not answered while this is set. */
  isBusy: boolean
  /** Syncs that report more sessions opened without control, or traffic of more, are not answered: too much for it. */
  mostReports: number
  /** How long openings and checks are thought about, ms. */
  thinkMs: number
  picture: PictureAnswer
  /** Answer to every opening, `null` = admit. */
  refusal: { status: number; reason: string; denyTtl: number; group?: string } | null
  checkRefusal: { reason: string; denyTtl: number } | null
  identities: Map<string, { account: string; group: string }>
  countries: Map<string, string>
  leaseTtl: number
  /** What openings and checks are told of their account's cap. */
  cap: number
  readonly seen: { path: string; headers: Record<string, string> }[]
  readonly syncs: SyncRequest[]
  count(path: string): number
  /** Forgets older versions of the tables, as after a restart. */
  forget(): void
  start(socket: string): Promise<void>
  stop(): Promise<void>
}

export function createStub(): StubControl {
  const previous = new Map<string, Map<string, string>>()
  const server = createServer({ maxHeaderSize: 262_144 }, (request, response) => {
    void thinkAbout(request, stub.thinkMs)
      .then(() => answer(request, response))
      .catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const stub: StubControl = {
    policy: {
      version: 'p1',
      groups: [],
      publicUrl: null,
      asksWithoutToken: false,
      roamAfterSec: 10,
      graceSec: 86_400,
      graceLeaseSec: 120,
      gracePassSec: 86_400,
      origins: [],
      manifestMs: null,
    },
    secret: randomBytes(32),
    kid: 1,
    oldSecrets: {},
    keysVersion: 'k1',
    tables: {
      networks: { version: 'n1', rows: new Map(), pages: 1000 },
      channels: { version: 'c1', rows: new Map(), pages: 1000 },
    },
    lists: new Map(),
    unkeptLists: new Set(),
    bans: [],
    next: {},
    known: new Set(),
    isBusy: false,
    mostReports: Number.POSITIVE_INFINITY,
    thinkMs: 0,
    picture: { status: 404, headers: {}, body: '' },
    refusal: null,
    checkRefusal: null,
    identities: new Map(),
    countries: new Map(),
    // Longer than a file of tests takes on a busy machine: nothing here renews it.
    leaseTtl: 3600,
    cap: 0,
    seen: [],
    syncs: [],
    count: (path) => stub.seen.filter((it) => it.path.startsWith(path)).length,
    forget: () => previous.clear(),
    async start(socket) {
      await new Promise<void>((resolve) => void server.listen(socket, resolve))
      await chmod(socket, 0o666)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://control')
    const path = url.pathname.replace('/edge/v1', '')
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    )
    stub.seen.push({ path: seenPath(path, url), headers })
    if (stub.seen.length > 100_000) stub.seen.splice(0, 50_000)
    if (path === '/sync')
      return answerSync(JSON.parse(await body(request)) as SyncRequest, response)
    if (path === '/open') return stub.isBusy ? undefined : open(request, response)
    if (path === '/check') return check(request, response)
    if (path === '/identify') return identify(request, response)
    const [, kind = '', id = ''] = /^\/(lists|guides)\/(.+)$/.exec(path) ?? []
    if (kind !== '') return list(kind === 'lists' ? id : `${id}/guide`, response)
    if (path.startsWith('/tables/')) return json(response, table(path.slice(8), url.searchParams))
    sendPicture(path, stub.picture, response)
  }
  const json = (response: ServerResponse, value: unknown): void =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  const answerSync = (request: SyncRequest, response: ServerResponse): void => {
    const reports = Math.max(request.degraded.length, request.traffic.length)
    if (reports <= stub.mostReports) json(response, sync(request))
  }
  let unheard: Partial<SyncResponse> = {}
  const sync = (request: SyncRequest): SyncResponse => {
    stub.syncs.push(request)
    if (stub.syncs.length > 1000) stub.syncs.splice(0, 500)
    // Those are sessions like any other from then on, as for control.
    for (const { key } of request.degraded) stub.known.add(key)
    const { have } = request
    // An edge that is slow may have given up before the last answer came: its news is told again, as control does.
    const isLost = unheard.bans !== undefined && have.bans !== unheard.bans.cursor
    const next = isLost ? { ...unheard, ...stub.next } : stub.next
    unheard = isLost ? stub.next : next
    stub.next = {}
    const secrets = { ...stub.oldSecrets, [stub.kid]: Buffer.from(stub.secret).toString('hex') }
    return {
      now: Date.now(),
      ...(have.policy === stub.policy.version ? {} : { policy: stub.policy }),
      ...(have.keys === stub.keysVersion
        ? {}
        : { keys: { version: stub.keysVersion, current: stub.kid, secrets } }),
      tables: (['networks', 'channels'] as const).map((name) => ({
        name,
        to: stub.tables[name].version,
      })),
      bans: {
        cursor: 'stub.1',
        full: have.bans === null,
        set: have.bans === null ? stub.bans : [],
        clear: [],
      },
      ...next,
    }
  }
  const table = (name: string, query: URLSearchParams): TablePage => {
    const { version, rows, pages } = stub.tables[name as 'networks' | 'channels']
    previous.set(`${name}@${version}`, new Map(rows))
    const from = query.get('from')
    const old = from === null ? undefined : previous.get(`${name}@${from}`)
    const cursor = Number(query.get('cursor'))
    const changed = [...rows].filter(([key, value]) => old?.get(key) !== value)
    const next = cursor + pages < changed.length ? cursor + pages : null
    return {
      from: old === undefined ? null : from,
      to: version,
      set: Object.fromEntries(changed.slice(cursor, cursor + pages)),
      delete: next === null && old ? [...old.keys()].filter((key) => !rows.has(key)) : [],
      next,
    }
  }
  const deny = (response: ServerResponse, it: NonNullable<StubControl['refusal']>): void => {
    response
      .writeHead(it.status, {
        'X-Gatehouse-Reason': it.reason,
        'X-Gh-Deny-Ttl': String(it.denyTtl),
        ...(it.group === undefined ? {} : { 'X-Gh-Group': it.group }),
      })
      .end()
  }
  const open = (request: IncomingMessage, response: ServerResponse): void => {
    if (stub.refusal !== null) return deny(response, stub.refusal)
    const channel = header(request, 'X-Gh-Channel')
    const ticket = readTicket(header(request, 'X-Gh-Ticket'))
    const secret = header(request, 'X-Gh-Token') || header(request, 'X-Gh-User')
    const who = ticket ?? stub.identities.get(secret)
    if (who === undefined)
      return deny(response, { status: 403, reason: 'token.unknown', denyTtl: 5 })
    const row = stub.tables.channels.rows.get(channel)
    if (row === undefined)
      return deny(response, { status: 404, reason: 'channel.unknown', denyTtl: 5 })
    const network = networkKey(header(request, 'X-Gh-Address')) ?? ''
    if (header(request, 'X-Gh-Mode') === 'inferred') {
      const key = inferredKey(nodeCrypto, header(request, 'X-Gh-Ticket'), channel, network)
      stub.known.add(key)
      return void response.writeHead(204, { 'X-Gh-Key': key, 'X-Gh-Ttl': stub.leaseTtl }).end()
    }
    const { entry, protocol } = parseChannelRecord(row) ?? { entry: '', protocol: 'hls' as const }
    const pass = stubPass(stub, channel, {
      account: who.account,
      group: who.group,
      download: ticket?.download ?? null,
      protocol,
    })
    const rest = header(request, 'X-Gh-Rest')
    const target = rest === entryOfProtocol(protocol) ? entryUnderPass({ entry, protocol }) : rest
    const args = header(request, 'X-Gh-Args')
    const key = leaseKey(nodeCrypto, pass, channel)
    stub.known.add(key)
    response
      .writeHead(302, {
        Location: `/s/${pass}/${channel}/${target}${args === '' ? '' : `?${args}`}`,
        'Cache-Control': 'no-store',
        'X-Gh-Key': key,
        'X-Gh-Ttl': stub.leaseTtl,
        ...placesOf(ticket, stub.cap),
      })
      .end()
  }
  const check = (request: IncomingMessage, response: ServerResponse): void => {
    if (stub.checkRefusal !== null) return deny(response, { status: 403, ...stub.checkRefusal })
    const pass = header(request, 'X-Gh-Pass')
    const channel = header(request, 'X-Gh-Channel')
    const key = header(request, 'X-Gh-Key')
    const silent = Number(header(request, 'X-Gh-Silent'))
    const network = networkKey(header(request, 'X-Gh-Address')) ?? ''
    if (readPass(pass) === null)
      return deny(response, { status: 403, reason: 'pass.malformed', denyTtl: 0 })
    const isClone = silent >= 0 && silent < stub.policy.roamAfterSec
    const given = isClone ? cloneKey(nodeCrypto, pass, channel, network) : key
    if (!stub.known.has(key))
      return deny(response, { status: 403, reason: 'session.unknown', denyTtl: 5 })
    stub.known.add(given)
    response
      .writeHead(204, { 'X-Gh-Key': given, 'X-Gh-Ttl': stub.leaseTtl, 'X-Gh-Cap': stub.cap })
      .end()
  }
  const identify = (request: IncomingMessage, response: ServerResponse): void => {
    const secret = header(request, 'X-Gh-Token') || header(request, 'X-Gh-User')
    const country = stub.countries.get(header(request, 'X-Gh-Address')) ?? null
    const found = stub.policy.groups.find(
      (it) => country !== null && it.countries.includes(country),
    )
    const fallback = stub.policy.groups.find((it) => it.isDefault)
    if (secret === '') {
      const by = found ? 'country' : 'default'
      const id = (found ?? fallback)?.id ?? ''
      return json(response, { account: null, group: id, wonBy: by, country, ttlSec: 60 })
    }
    const known = stub.identities.get(secret)
    if (!known) return deny(response, { status: 403, reason: 'token.unknown', denyTtl: 5 })
    json(response, { ...known, wonBy: 'account', country, ttlSec: 60 })
  }
  const list = (id: string, response: ServerResponse): void =>
    sendList(response, stub.lists.get(decodeURIComponent(id)), !stub.unkeptLists.has(id))
  return stub
}

/** A pass of the stub's key. */
export const stubPass = (stub: StubControl, channel: string, more: Partial<Pass> = {}): string =>
  mintPass(
    nodeCrypto,
    stub.secret,
    {
      kid: stub.kid,
      fail: 'open',
      protocol: 'hls',
      expires: Math.floor(Date.now() / 1000) + 86_400,
      sid: randomBytes(16).toString('base64url'),
      download: null,
      group: 'all',
      account: 'own:1',
      ...more,
    },
    channel,
  )
