import { setTimeout as sleep } from 'node:timers/promises'
import type { adminOf } from '../../test/e2e/world.ts'
import { startChild } from '../../test/support/child.ts'
import type { TestService } from '../../test/support/service.ts'
import type { Player } from './programs.ts'

/** What one player did with one channel in one mode. */
export interface Result {
  readonly player: string
  readonly channel: string
  readonly mode: string
  /** Different segments it was given, or the bytes of a stream. */
  readonly media: string
  /** Longest time between two segments, seconds. */
  readonly longestGap: number
  readonly openings: number
  readonly refusals: number
  readonly sessions: number
  readonly plays: number
  /** Openings and checks control was asked. */
  readonly questions: number
  /** Lists it was still given after `sessions end`. */
  readonly listsAfterEnd: number
  /** Whether it plays when it is started again. */
  readonly isBack: boolean
}

/** One line of the edge's access log. */
interface Line {
  readonly time: string
  readonly kind: string
  readonly path: string
  readonly status: number
  readonly bytes: number
  readonly session: string
  readonly channel: string
}

const MODE_SETTLE_MS = 1_500

const linesOf = (service: TestService): Line[] =>
  (service.logs()['access.log'] ?? '')
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .map((text): Line => JSON.parse(text))

const isGiven = ({ status }: Line): boolean => status === 200 || status === 206

const questionsOf = async (service: TestService): Promise<number> => {
  const text = await (await service.api('/metrics')).text()
  const found = text.matchAll(
    /^gatehouse_edge_questions_total\{[^}]*question="(?:open|check)"[^}]*\} (\d+)/gm,
  )
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0)
}

const playsOf = async (service: TestService, account: string): Promise<number> => {
  const to = Date.now() + 60_000
  const path = `/api/v1/history/plays.ndjson?from=${to - 3_600_000}&to=${to}`
  const text = await (await service.api(path)).text()
  const line = text.split('\n').find((it) => it.includes(`own:${account}`))
  const read: unknown = line === undefined ? [] : JSON.parse(line)
  return Array.isArray(read) ? read.length : 0
}

const gapOf = (segments: readonly Line[]): number => {
  const times = segments.map(({ time }) => Date.parse(time))
  return Math.max(0, ...times.slice(1).map((at, n) => (at - (times[n] ?? at)) / 1000))
}

/** What is played, by which player, where, and how. */
export interface Trial {
  readonly service: TestService
  readonly admin: ReturnType<typeof adminOf>
  readonly player: Player
  readonly channel: string
  readonly mode: string
  readonly seconds: number
}

/** Plays, ends the session, and plays again. */
export async function measure(trial: Trial): Promise<Result> {
  const { service, admin, player, channel, mode, seconds } = trial
  const { id, token } = await admin.account(1)
  await admin.send('PATCH', `/accounts/${id}`, { limitation: mode })
  await sleep(MODE_SETTLE_MS)
  const url = `${service.edge}/live/${channel}/index.m3u8?token=${token}`
  const from = linesOf(service).length
  const asked = await questionsOf(service)
  const child = startChild(player.argv(url))
  await sleep(seconds * 1000)
  const before = linesOf(service).slice(from)
  const questions = (await questionsOf(service)) - asked
  await admin.end(id)
  const endedAt = linesOf(service).length
  await sleep(8_000)
  const after = linesOf(service).slice(endedAt)
  await child.stop('SIGTERM')
  const returned = linesOf(service).length
  const again = startChild(player.argv(url))
  await sleep(8_000)
  await again.stop('SIGTERM')
  const back = linesOf(service).slice(returned)
  await admin.end(id)
  await sleep(2_000)
  const segments = before.filter((it) => it.kind === 'segment' && isGiven(it))
  const isMedia = (it: Line) => it.kind !== 'manifest' && it.session !== '' && isGiven(it)
  return {
    player: player.name,
    channel,
    mode,
    media: `${new Set(segments.map(({ path }) => path)).size} segments`,
    longestGap: gapOf(segments),
    openings: before.filter(({ status }) => status === 302).length,
    refusals: before.filter(({ status }) => status >= 400).length,
    sessions: new Set(before.map(({ session }) => session).filter((it) => it !== '')).size,
    plays: await playsOf(service, id),
    questions,
    listsAfterEnd: after.filter((it) => it.kind === 'manifest' && isGiven(it)).length,
    isBack: back.some(isMedia),
  }
}
