import { type IncomingMessage, request } from 'node:http'
import type { Story, Trace } from '../../control/sessions/trace-player.ts'
import { type Ask, ask, type Reply } from '../../e2e/world/ask.ts'
import { newestSegment } from '../../e2e/world/viewer.ts'
import { LONGEST_PAUSE_MS, pause } from '../../support/pause.ts'

type Box = Trace['boxes'][number]
type Play = Box['plays'][number]

/** Where and as whom a trace is played. */
export interface Stage {
  readonly edge: string
  /** Ticket of the trace's account. */
  readonly ticket: string
  /** Sets this trace's addresses apart from the other traces'. */
  readonly number: number
  /** Seconds after which nothing more is asked. */
  readonly untilSec: number
  readonly startedAt: number
}

/** What happened on a real edge. */
export interface RealStory extends Story {
  /** Answers that are neither a yes nor a refusal. */
  readonly strange: string[]
}

const AGENTS = ['VLC/3.0.21', 'Kodi/20.5', 'TiviMate/5.1', 'okhttp/4.12', 'Lavf/60.3', 'curl/8.5']

/** The trace's networks, as addresses no other trace uses. */
const addressOf = (network: string, number: number): string => {
  if (network.includes(':')) return `2001:db8:${number.toString(16)}:2::10`
  const [host = '1', net = '0'] = network.split('.').toReversed()
  return `10.${number}.${net}.${host}`
}

const networkAt = ({ box, play }: Part, sec: number, requests: number): string => {
  if (play.alternates !== undefined && requests % 2 === 1) return play.alternates
  const moved = play.moves?.filter(({ atSec }) => atSec <= sec).at(-1)
  return moved?.network ?? box.network ?? '192.0.2.1'
}

/** The channel a walk down a list comes to after so many others. */
export const nextChannel = (channel: string, at: number): string => `${channel}-next-${at}`

interface Part {
  readonly box: Box
  readonly play: Play
}

/** When each box last opened a channel (Unix ms). */
const openedAt = new WeakMap<Box, number>()

/** One play of one box, with the pass it holds. */
class Player {
  private entry: string | null = null
  private connection: IncomingMessage | null = null
  private last = ''
  private tries = 0
  private requests = 0
  private headers: Readonly<Record<string, string>> = {}
  private readonly stage: Stage
  private readonly part: Part
  private readonly story: RealStory

  constructor(stage: Stage, part: Part, story: RealStory) {
    this.stage = stage
    this.part = part
    this.story = story
  }

  /** Seconds to wait until the next request, or `null` when it gives up. */
  async request(sec: number): Promise<number | null> {
    const { box, play } = this.part
    const channel = play.retryOther ? `${play.channel}-${this.tries}` : play.channel
    const beganAt = Date.now()
    const reply = this.entry === null ? await this.open(sec, channel) : null
    if (reply === null && play.probe) return play.everySec
    const refused = reply ?? (await (play.closes ? this.listen(sec) : this.fetch(sec)))
    if (refused === null) {
      this.story.progress.push({ sec, box: box.id, channel })
      return play.everySec
    }
    if (refused.status !== 403 && refused.status !== 410) {
      this.story.strange.push(`${sec} s ${box.id}: ${refused.status} ${refused.reason}`)
      return play.everySec
    }
    const wasPlayed = reply === null
    if (wasPlayed && this.isLetGo(refused, beganAt)) return play.everySec
    return await this.afterRefusal(sec, { channel, reason: refused.reason ?? '', wasPlayed })
  }

  /** Notes a refusal; seconds until the next try, or `null` when it gives up. */
  private async afterRefusal(
    sec: number,
    refusal: Pick<RealStory['refusals'][number], 'channel' | 'reason' | 'wasPlayed'>,
  ): Promise<number | null> {
    const { box, play } = this.part
    this.story.refusals.push({ sec, box: box.id, ...refusal })
    this.entry = null
    this.tries += 1
    if ((await this.walkOn(sec, refusal.channel)) !== null) return play.everySec
    return play.retrySec ?? null
  }

  /** Whether a refused request was under way while its box opened another channel: a player would have broken it off. */
  private isLetGo({ reason }: Reply, beganAt: number): boolean {
    const isLate = (openedAt.get(this.part.box) ?? 0) > beganAt
    return isLate && reason === 'session.superseded'
  }

  /** Ends the connection of an MPEG-TS player. */
  close(): void {
    this.connection?.destroy()
    this.connection = null
  }

  /** Asks each address twice and goes on to the next, as VLC does; the channel that was let in, or `null`. */
  private async walkOn(sec: number, first: string): Promise<string | null> {
    const { box, play } = this.part
    for (let at = 0; at < 2 * (play.walk ?? 0); at += 1) {
      const channel = nextChannel(first, at >> 1)
      const reply = await this.open(sec, channel)
      if (reply === null) return channel
      const reason = reply.reason ?? ''
      this.story.refusals.push({ sec, box: box.id, reason, channel, wasPlayed: false })
    }
    return null
  }

  private async open(sec: number, channel: string): Promise<Reply | null> {
    const askedAt = Date.now()
    this.headers = this.identity()
    // Ids are made of names, in lower case.
    const path = `/live/${this.stage.ticket}/${channel.toLowerCase()}/${this.part.play.closes ? 'mpegts' : 'index.m3u8'}`
    const reply = await ask(this.stage.edge, path, this.asked(sec))
    if (reply.status !== 302) return reply
    this.entry = reply.location
    openedAt.set(this.part.box, askedAt)
    return null
  }

  private identity(): Readonly<Record<string, string>> {
    const { box } = this.part
    const own = { 'User-Agent': `${box.player ?? 'stb'}/1.0` }
    if (!box.rotate) return own
    const playback = `${box.id}-${Math.random()}`
    if (box.rotate === 'playback') return { ...own, 'X-Playback-Session-Id': playback }
    const at = Math.floor(Math.random() * AGENTS.length)
    return { 'User-Agent': AGENTS[at] ?? '', 'X-Playback-Session-Id': playback }
  }

  private asked(sec: number): Ask {
    const network = networkAt(this.part, sec, this.requests)
    const address = addressOf(network, this.stage.number)
    return { headers: { ...this.headers, 'X-Forwarded-For': address } }
  }

  /** One look at an MPEG-TS connection, which is made where there is none; an answer where it was refused or cut. */
  private async listen(sec: number): Promise<Reply | null> {
    this.connection ??= await this.connect(sec)
    const { statusCode: status = 0, headers, readableEnded, destroyed } = this.connection
    if (status === 200 && !readableEnded && !destroyed) return null
    const reason = String(headers['x-gatehouse-reason'] ?? 'cut')
    const nothing = { location: null, headers, body: Buffer.alloc(0), text: '' }
    this.close()
    return { status: status === 200 ? 410 : status, reason, ...nothing }
  }

  private async connect(sec: number): Promise<IncomingMessage> {
    const url = new URL(this.entry ?? '', this.stage.edge)
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        { agent: false, headers: this.asked(sec).headers },
        (answer) => {
          answer.on('error', () => answer.destroy())
          resolve(answer.resume())
        },
      )
      outgoing.on('error', reject)
      outgoing.end()
    })
  }

  /** One round of a player: the list, and the newest segment where it has not got it yet. */
  private async fetch(sec: number): Promise<Reply | null> {
    const options = this.asked(sec)
    this.requests += 1
    const entry = this.entry ?? ''
    const list = await ask(this.stage.edge, entry, options)
    if (list.status !== 200) return list
    const segment = newestSegment(list.text)
    if (segment === this.last) return null
    this.last = segment
    const path = entry.replace(/[^/]*$/, segment)
    const reply = await ask(this.stage.edge, path, options)
    return reply.status === 200 ? null : reply
  }
}

const playPart = async (stage: Stage, part: Part, story: RealStory): Promise<void> => {
  const player = new Player(stage, part, story)
  const end = Math.min(part.play.toSec, stage.untilSec)
  let next: number | null = part.play.fromSec
  while (next !== null && next <= end) {
    const due = stage.startedAt + next * 1000
    while (Date.now() < due) await pause(Math.min(due - Date.now(), LONGEST_PAUSE_MS))
    const step: number | null = await player.request((Date.now() - stage.startedAt) / 1000)
    next = step === null ? null : Math.max(next + step, (Date.now() - stage.startedAt) / 1000)
  }
  while (part.play.closes && Date.now() < stage.startedAt + end * 1000)
    await pause(Math.min(stage.startedAt + end * 1000 - Date.now(), LONGEST_PAUSE_MS))
  player.close()
}

/** Plays a trace by HTTP, in real time. */
export const playOnEdge = async (trace: Trace, stage: Stage): Promise<RealStory> => {
  const story: RealStory = { progress: [], refusals: [], strange: [] }
  const parts = trace.boxes.flatMap((box) => box.plays.map((play) => ({ box, play })))
  await Promise.all(parts.map((part) => playPart(stage, part, story)))
  const bySec = (a: { sec: number }, b: { sec: number }) => a.sec - b.sec
  story.progress.sort(bySec)
  story.refusals.sort(bySec)
  return story
}

/** Reports are up to a second late, and a busy machine a little more. */
const SLACK_SEC = 5

/** The trace as far as it was played, its outcome's seconds as exact as a real edge's are. */
export const upTo = (trace: Trace, untilSec: number): Trace => {
  const { mostPlayed, banned, ...outcome } = trace.outcome
  const isWhole = untilSec >= trace.untilSec
  return {
    ...trace,
    untilSec: Math.min(trace.untilSec, untilSec) - SLACK_SEC,
    outcome: {
      ...outcome,
      // A share of the whole trace says nothing about its beginning.
      ...(mostPlayed && isWhole ? { mostPlayed } : {}),
      ...(banned
        ? { banned: banned.map((one) => ({ ...one, toSec: one.toSec + SLACK_SEC })) }
        : {}),
    },
  }
}
