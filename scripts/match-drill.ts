/** The start of a match: thousands open at once while others watch already. */
import { setTimeout as sleep } from 'node:timers/promises'
import { adminOf } from '../test/e2e/world/world.ts'
import { startService, type TestService } from '../test/support/programs/service.ts'
import { type Opened, startCrowd } from './match/crowd.ts'
import { startRunningApart } from './match/running.ts'
import { positive, readOptions } from './options.ts'

/** Until processes and connections have settled. */
const WARM_MS = 3_000

const USAGE = `usage: npm run drill:match -- [--openings N] [--running N] [--at-once N]

Opens N times (default 20000) as fast as it goes, a fifth of them on second screens above a cap of one, while others (default 100) ask for their
manifests once a second. Fails where an opening is lost, where somebody has more than his cap, or where the manifests' p99 is more than three
times the quiet one.

  --openings N  openings (default 20000)
  --running N   viewers who play already (default 100)
  --at-once N   connections that open (default 32)`

const CONFIG = `edge:
  listen: __EDGE__
  workers: 2
  trusted_proxies: [127.0.0.1/32]
admin: { listen: __ADMIN__ }
sources:
  - { name: demo, url: 'http://__ORIGIN__/playlist.m3u', refresh_sec: 3600 }
groups:
  - { name: everyone, default: true, max_sessions: 1, limitation: replace }
clocks: { reserve_sec: 600 }
demo: { enabled: true, origin: __ORIGIN__ }
`

interface Page {
  readonly items: readonly { readonly user_id: string }[]
  readonly next: string | null
}

const SECOND_PART = 5
const QUIET_MS = 15_000
const MOST_TIMES = 3

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const percentile = (times: readonly number[], part: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN

/** The first entry of the list; without accounts each network counts by itself. */
const firstEntry = async (edge: string): Promise<string> => {
  const text = await (await fetch(`${edge}/playlist.m3u`)).text()
  const entry = /^https?:\/\/[^/]+(\/live\/\S+)$/m.exec(text)?.[1]
  if (entry === undefined) throw new Error('the playlist has no entry')
  return entry
}

/** Answers by status and reason. */
const countAnswers = (opened: readonly Opened[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { status, reason } of opened) {
    const key = `${status} ${reason}`.trim()
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** Live sessions of each account: a slot nobody has played in yet may pass to the viewer's next screen. */
const liveByAccount = async (service: TestService): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>()
  let after = ''
  do {
    const path = `/sessions?limit=1000${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`
    const page = await adminOf(service).get<Page>(path)
    for (const { user_id: account } of page.items)
      counts.set(account, (counts.get(account) ?? 0) + 1)
    after = page.next ?? ''
  } while (after !== '')
  return counts
}

const judge = (
  opened: readonly Opened[],
  viewers: number,
  live: ReadonlyMap<string, number>,
): string[] => {
  const admitted = new Set(opened.filter(({ status }) => status === 302).map((it) => it.viewer))
  const lost = opened.filter(({ status }) => status !== 302 && status !== 403).length
  const above = [...live.values()].filter((count) => count > 1).length
  const shut = viewers - admitted.size
  return [
    ...(lost > 0 ? [`${lost} openings are lost`] : []),
    ...(above > 0 ? [`${above} viewers have more than their cap`] : []),
    ...(shut > 0 ? [`${shut} viewers did not get in at all`] : []),
  ]
}

const main = async (): Promise<void> => {
  const text = { type: 'string' } as const
  const options = readOptions(USAGE, { openings: text, running: text, 'at-once': text })
  const openings = positive(options.openings, 20_000)
  const count = positive(options.running, 100)
  const second = Math.floor(openings / SECOND_PART)
  const viewers = openings - second
  const service = await startService({ config: CONFIG })
  try {
    const entry = await firstEntry(service.edge)
    const { edge } = service
    const atOnce = positive(options['at-once'], 32)
    const running = await startRunningApart({ edge, entry, first: 1_000_000, count })
    const crowd = await startCrowd({ edge, entry, viewers, second, atOnce })
    await sleep(WARM_MS)
    await running.take()
    await sleep(QUIET_MS)
    const quiet = await running.take()
    const began = performance.now()
    const opened = await crowd.open()
    const seconds = (performance.now() - began) / 1000
    const busy = await running.take()
    const live = await liveByAccount(service)
    const total = [...live.values()].reduce((sum, one) => sum + one, 0)
    await Promise.all([running.stop(), crowd.stop()])
    for (const [answer, times] of countAnswers(opened)) say(`${answer}: ${times}`)
    const [p99Quiet, p99Busy] = [percentile(quiet.times, 0.99), percentile(busy.times, 0.99)]
    say(
      `${openings} openings in ${seconds.toFixed(1)} s: ${(openings / seconds).toFixed(0)} a second`,
    )
    say(`sessions: ${total}, of ${viewers} viewers and ${count} who played before`)
    say(
      `manifests p50 / p99: quiet ${percentile(quiet.times, 0.5).toFixed(1)} / ${p99Quiet.toFixed(1)} ms,`,
    )
    say(
      `  meanwhile ${percentile(busy.times, 0.5).toFixed(1)} / ${p99Busy.toFixed(1)} ms (${(p99Busy / p99Quiet).toFixed(1)} ×), ${busy.failed} failed`,
    )
    const faults = [
      ...judge(opened, viewers, live),
      ...(total === viewers + count ? [] : [`${total} sessions instead of ${viewers + count}`]),
      ...(busy.failed > 0 ? [`${busy.failed} manifests failed`] : []),
      ...(p99Busy > MOST_TIMES * p99Quiet
        ? [`manifests' p99 is above ${MOST_TIMES} × the quiet one`]
        : []),
    ]
    for (const fault of faults) say(`FAULT: ${fault}`)
    if (faults.length > 0) process.exitCode = 1
  } finally {
    await service.stop()
  }
}

await main()
