/** How much later viewers of low-latency HLS have each part through the edge than straight from the origin. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Rig, startRig } from '../../../test/edge/rig/rig.ts'
import { channelRows, group } from '../../../test/edge/rig/tables.ts'
import { startChild } from '../../../test/support/programs/child.ts'
import { until } from '../../../test/support/programs/port.ts'
import { positive, readOptions } from '../../options.ts'
import { cpuOf, family } from '../load.ts'
import type { Seen, Wish } from './viewers.ts'

const USAGE = `usage: npm run bench:reloads -- [--viewers 100] [--part-ms 250] [--seconds 8] [--rounds 3]

Viewers reload blocking, as hls.js does, by turns straight at an origin and through the edge: how long after a part its list comes, how long it takes
until a viewer has three parts where all of them start at once, processor time of nginx for a reload, and how often the origin is asked.`
const values = readOptions(USAGE, {
  viewers: { type: 'string' },
  'part-ms': { type: 'string' },
  seconds: { type: 'string' },
  rounds: { type: 'string' },
})
const count = positive(values.viewers, 100)
const partMs = positive(values['part-ms'], 250)
const seconds = positive(values.seconds, 8)
const rounds = positive(values.rounds, 3)

const undo: (() => Promise<unknown>)[] = []
const node = (name: string, argument: string, onStdout?: (text: string) => void) => {
  const script = join(import.meta.dirname, name)
  const options = onStdout === undefined ? {} : { onStdout }
  return startChild([process.execPath, '--import', 'tsx', script, argument], options)
}

const startOrigin = async (): Promise<string> => {
  const child = node('origin.ts', String(partMs))
  undo.push(() => child.stop())
  await until('the origin', () => child.output().includes('ready '), 20_000)
  return `http://127.0.0.1:${/ready (\d+)/.exec(child.output())?.[1]}`
}

const startEdge = (origin: string): Promise<Rig> =>
  startRig(
    (stub) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
      stub.tables.channels.rows = channelRows({ ch1: { origin, base: '/hls/ch1/' } })
    },
    (it) => ({ ...it, origins: [origin] }),
  )

const open = async (rig: Rig, address: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`, { from: address })
  return new URL(opened.headers.get('location') ?? '', rig.url).pathname
}

const watch = async (wish: Omit<Wish, 'partMs'>): Promise<Seen> => {
  // Of minutes it is more than a child's output is kept.
  let text = ''
  const child = node('viewers.ts', JSON.stringify({ ...wish, partMs } satisfies Wish), (more) => {
    text += more
  })
  const isOver = () => text.endsWith('\n') || child.exitCode() !== null
  await until('the viewers', isOver, (wish.seconds + 60) * 1000)
  if (!text.endsWith('\n')) throw new Error(`the viewers ended:\n${child.output()}`)
  return JSON.parse(text) as Seen
}

const at = (times: readonly number[], share: number): string =>
  ([...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1)

const asked = async (origin: string): Promise<number> =>
  Number(await (await fetch(`${origin}/count`)).text())

/** Memory that processes hold, MB: the one that has looked through the cache has ended by then. */
const rssOf = (pids: readonly number[]): number =>
  Math.round(
    pids
      .filter((pid) => existsSync(`/proc/${pid}`))
      .reduce(
        (sum, pid) =>
          sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
        0,
      ) / 1024,
  )

const report = (where: string, seen: Seen): void => {
  const { late, lists, starts, wrong, firstWrong } = seen
  const times = `after a part: p50 ${at(late, 0.5)}, p95 ${at(late, 0.95)}, p99 ${at(late, 0.99)}, most ${at(late, 1)} ms`
  const start = `first list: p50 ${at(lists, 0.5)}, most ${at(lists, 1)} ms; three parts: p50 ${at(starts, 0.5)}, most ${at(starts, 1)} ms, ${starts.length} of ${count}`
  process.stdout.write(`${where}  ${times}; ${start}; ${late.length} reloads`)
  if (wrong > 0) process.stdout.write(`; ${wrong} wrong, such as ${JSON.stringify(firstWrong)}`)
}

try {
  const origin = await startOrigin()
  const rig = await startEdge(origin)
  undo.push(() => rig.stop())
  const direct = Array.from({ length: count }, () => ({ path: '/hls/ch1/index.m3u8', address: '' }))
  const through: { path: string; address: string }[] = []
  for (let viewer = 0; viewer < count; viewer += 1) {
    const address = `10.1.${viewer >> 8}.${viewer & 255}`
    through.push({ path: await open(rig, address), address })
  }
  const pids = family(rig.nginx.pid)
  for (let round = 1; round <= rounds; round += 1) {
    const straight = { port: Number(new URL(origin).port), viewers: direct, seconds }
    report('direct', await watch(straight))
    process.stdout.write('\n')
    const [cpu, before] = [cpuOf(pids), await asked(origin)]
    const port = Number(new URL(rig.url).port)
    const seen = await watch({ port, viewers: through, seconds })
    report('edge  ', seen)
    const each = (cpuOf(pids) - cpu) / 1e6 / (seen.late.length + 4 * count)
    const perSecond = ((await asked(origin)) - before) / seconds
    process.stdout.write(
      `; ${each.toFixed(2)} ms of nginx each, ${rssOf(pids)} MB, ${perSecond.toFixed(1)} asked/s\n`,
    )
  }
} finally {
  for (const stop of undo.toReversed()) await stop()
}
