import { createHash } from 'node:crypto'
import { DEFAULT_LIMITS, type Limits } from '#domain/limits/types'
import type { CappedStore } from '../../../control/sessions/model/capped-store.ts'
import type { CheckRequest, OpenRequest } from '../../../control/sessions/model/session-store.ts'

interface Play {
  readonly channel: string
  readonly fromSec: number
  readonly toSec: number
  readonly everySec: number
  /** Opens again this long after a refusal. */
  readonly retrySec?: number
  /** A connection: its slot is free when it closes, at `toSec`. */
  readonly closes?: boolean
  /** Asks at the door and shows nothing. */
  readonly probe?: boolean
  /** Refused, it asks each address twice and goes on to the next of so many channels, all within the second. */
  readonly walk?: number
  /** Each try is another channel. */
  readonly retryOther?: boolean
  readonly moves?: readonly { readonly atSec: number; readonly network: string }[]
  /** Every second request comes from this network. */
  readonly alternates?: string
}

interface Box {
  readonly id: string
  readonly plays: readonly Play[]
  readonly player?: string
  readonly network?: string
  readonly idleSec?: number
  /** A new player identity at each opening; `playback`: the same player with a new playback id. */
  readonly rotate?: boolean | 'playback'
}

/** A fixed trace of players and what must become of them. */
export interface Trace {
  readonly title: string
  readonly limits: Partial<Limits>
  readonly boxes: readonly Box[]
  readonly untilSec: number
  /** Of a mirror: what 0.1.0 gave it, as requests that were served and channels in 90 s. */
  readonly before?: Readonly<Record<'soft' | 'hard', { shown: number; channels: number }>>
  readonly outcome: {
    readonly refusals?: number
    readonly endsPlaying?: readonly string[]
    readonly neverRefused?: readonly string[]
    readonly banned?: readonly { box: string; fromSec: number; toSec: number }[]
    readonly channelsPerWindow?: { afterSec: number; windowSec: number; max: number }
    readonly mostPlayed?: { box: string; maxShare: number }
    /** Most times that the screen goes over from one box to another. */
    readonly swaps?: number
  }
}

/** What happened, second by second. */
export interface Story {
  readonly progress: { readonly sec: number; readonly box: string; readonly channel: string }[]
  readonly refusals: {
    readonly sec: number
    readonly box: string
    readonly reason: string
    readonly channel: string
    /** A session that was played, not an opening. */
    readonly wasPlayed: boolean
  }[]
}

interface Running {
  readonly box: Box
  readonly play: Play
  open: OpenRequest | null
  nextSec: number
  tries: number
  requests: number
}

interface Lease {
  network: string
  lastUsedSec: number
  reportedSec: number
}

const REPORT_SEC = 20
/** A player that asks more rarely is reported each time. */
const RARE_SEC = 8
const REQUEST_BYTES = 1000

const short = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16)

/** Plays a trace through one edge as the contract describes it: leases, a ring of 20 s, a sync each second with the traffic. */
export const playTrace = async (
  trace: Trace,
  store: CappedStore,
  clock: { now: number },
  account: string,
): Promise<Story> => {
  const story: Story = { progress: [], refusals: [] }
  const limits: Limits = { ...DEFAULT_LIMITS, ...trace.limits }
  const leases = new Map<string, Lease>()
  const killed = new Map<string, string>()
  let ring = new Set<string>()
  let traffic = new Map<string, [string, number, number]>()
  const start = clock.now
  const running: Running[] = trace.boxes.flatMap((box) =>
    box.plays.map((play) => ({
      box,
      play,
      open: null,
      nextSec: play.fromSec,
      tries: 0,
      requests: 0,
    })),
  )
  const refuse = (run: Running, sec: number, reason: string) => {
    const channel = run.play.retryOther ? `${run.play.channel}-${run.tries}` : run.play.channel
    const wasPlayed = run.open !== null
    story.refusals.push({ sec, box: run.box.id, reason, channel, wasPlayed })
    run.open = null
    run.tries += 1
    run.nextSec =
      run.play.retrySec === undefined ? Number.POSITIVE_INFINITY : sec + run.play.retrySec
  }
  const use = (key: string, network: string, sec: number) => {
    const lease = leases.get(key) ?? {
      network,
      lastUsedSec: sec,
      reportedSec: Number.NEGATIVE_INFINITY,
    }
    leases.set(key, lease)
    lease.network = network
    const [, bytes, requests] = traffic.get(key) ?? [key, 0, 0]
    traffic.set(key, [key, bytes + REQUEST_BYTES, requests + 1])
    const isRare = sec - lease.lastUsedSec >= RARE_SEC
    lease.lastUsedSec = sec
    if (!isRare && sec - lease.reportedSec < REPORT_SEC) return
    lease.reportedSec = sec
    ring.add(key)
  }
  const claimFor = (run: Running, network: string, sec: number): OpenRequest => {
    const { box, play, tries } = run
    const id = `${account}/${box.id}/${play.channel}/${play.fromSec}/${tries}`
    const family = `${box.player ?? 'stb'}${box.rotate === true ? id : ''}`
    const player = box.rotate === 'playback' ? `${family} ${id}` : family
    return {
      requestId: id,
      account,
      sid: `sid-${short(id)}`,
      key: short(id),
      channel: play.retryOther ? `${play.channel}-${tries}` : play.channel,
      device: short(`${account}/${network}/${player}`),
      kin: short(`${account}/${network}/${family}`),
      player,
      network,
      download: null,
      idleMs: (box.idleSec ?? 30) * 1000,
      limits,
      info: {
        accountName: null,
        address: network,
        agent: family,
        country: null,
        edge: 'e1',
        group: 'home',
        protocol: 'hls',
        tokenPrint: String(sec),
      },
    }
  }
  const networkOf = ({ box, play, requests }: Running, sec: number): string => {
    if (play.alternates !== undefined && requests % 2 === 1) return play.alternates
    const moved = play.moves?.filter(({ atSec }) => atSec <= sec).at(-1)
    return moved?.network ?? box.network ?? '192.0.2.1'
  }
  const askControl = async (run: Running, network: string, sec: number): Promise<boolean> => {
    const { open } = run
    if (!open) return false
    const { requestId: _id, ...claim } = open
    const lease = leases.get(open.key)
    const check: CheckRequest = {
      ...claim,
      network,
      device: short(`${account}/${network}/${open.player}`),
      kin: short(`${account}/${network}/${open.info.agent}`),
      cloneKey: short(`${open.key}/${network}`),
      silentMs: lease ? (sec - lease.lastUsedSec) * 1000 : -1,
    }
    const answer = await store.check(check)
    if (answer.outcome === 'refused') {
      refuse(run, sec, answer.reason)
      return false
    }
    use(answer.key, network, sec)
    return true
  }
  const walkOn = async (run: Running, first: OpenRequest, sec: number) => {
    for (let at = 0; at < 2 * (run.play.walk ?? 0); at += 1) {
      const id = `${first.requestId}/${at}`
      const channel = `${first.channel}-next-${at >> 1}`
      const asked = { ...first, channel, requestId: id, sid: `sid-${short(id)}`, key: short(id) }
      const answer = await store.open(asked)
      if (answer.outcome === 'refused') refuse(run, sec, answer.reason)
      else run.open = { ...asked, key: answer.key, sid: answer.sid }
      if (run.open) return
    }
  }
  const request = async (run: Running, sec: number) => {
    const network = networkOf(run, sec)
    run.nextSec = sec + run.play.everySec
    if (!run.open) {
      const open = claimFor(run, network, sec)
      const answer = await store.open(open)
      if (answer.outcome === 'refused') {
        refuse(run, sec, answer.reason)
        return await walkOn(run, open, sec)
      }
      for (const taken of answer.replaced ?? []) leases.delete(taken)
      run.open = { ...open, key: answer.key, sid: answer.sid }
      leases.set(answer.key, { network, lastUsedSec: sec, reportedSec: Number.NEGATIVE_INFINITY })
    }
    if (run.play.probe === true) return
    run.requests += 1
    const { key, channel } = run.open
    const clone = short(`${key}/${network}`)
    const reason = killed.get(key) ?? killed.get(clone)
    if (reason !== undefined) return refuse(run, sec, reason)
    if (leases.get(key)?.network === network) use(key, network, sec)
    else if (leases.has(clone)) use(clone, network, sec)
    else if (!(await askControl(run, network, sec))) return
    story.progress.push({ sec, box: run.box.id, channel })
  }
  for (let sec = 0; sec <= trace.untilSec; sec += 1) {
    clock.now = start + sec * 1000
    for (const run of running) {
      if (run.nextSec <= sec && sec <= run.play.toSec) await request(run, sec)
    }
    for (const { play, open } of running)
      if (play.closes === true && open && sec === play.toSec) await store.close([open.key])
    const seen = [...ring]
    ring = new Set()
    const rows = [...traffic.values()]
    traffic = new Map()
    clock.now += 500
    const result = await store.renew({ edge: 'e1', seen, traffic: rows })
    for (const { key, reason } of result.kill) {
      killed.set(key, reason)
      leases.delete(key)
    }
    for (const key of result.drop) leases.delete(key)
  }
  return story
}
