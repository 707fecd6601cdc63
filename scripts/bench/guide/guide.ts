/** Reads a programme guide as large as they come, as a control plane does twice a day, and says what that takes. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { packageRoot } from '../../../control/config/paths.ts'
import { GuideService } from '../../../control/epg/service.ts'
import { makeInWorker } from '../../../control/epg/worker/make-in-worker.ts'
import { buildCatalogue } from '../../../control/playlists/catalogue/catalogue.ts'
import { PlaylistReader } from '../../../control/playlists/m3u/reader.ts'
import { positive, readOptions } from '../../options.ts'

const USAGE = `usage: npm run bench:guide -- [--programmes 2000000] [--channels 10000] [--listed 5000]

Writes an XMLTV file (250 bytes a programme), lets the guide's service read it for the channels that the lists have, and prints the time, the most memory the
process held (VmHWM of /proc/self/status) and the longest time its event loop stood still. Ends with 1 where it held more than 300 MB, or stood still for
more than 250 ms.`
const values = readOptions(USAGE, {
  programmes: { type: 'string' },
  channels: { type: 'string' },
  listed: { type: 'string' },
})
const programmes = positive(values.programmes, 2_000_000)
const channels = positive(values.channels, 10_000)
const listed = positive(values.listed, 5000)
const MOST_MB = 300
const MOST_STILL_MS = 250
const HALF_HOUR = 1_800_000
const DAY = 86_400_000

const stamp = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace(/\D/g, '')} +0000`

const write = async (file: string): Promise<void> => {
  const out = createWriteStream(file)
  const put = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain')
  }
  await put('<?xml version="1.0" encoding="UTF-8"?>\n<tv>\n')
  for (let at = 0; at < channels; at += 1)
    await put(
      `<channel id="ch${at}.example"><display-name>Channel ${at}</display-name></channel>\n`,
    )
  const each = Math.ceil(programmes / channels)
  const from = Math.floor(Date.now() / DAY) * DAY - 2 * DAY
  for (let at = 0; at < programmes; at += 1) {
    const start = from + (at % each) * HALF_HOUR
    await put(
      `<programme start="${stamp(start)}" stop="${stamp(start + HALF_HOUR)}" channel="ch${Math.floor(at / each)}.example"><title lang="en">Programme ${at}</title><desc lang="en">${'What it is about, in words. '.repeat(3)}</desc></programme>\n`,
    )
  }
  await put('</tv>\n')
  out.end()
  await once(out, 'finish')
}

const catalogue = async () => {
  const reader = new PlaylistReader()
  const entries = Array.from(
    { length: listed },
    (_, at) =>
      `#EXTINF:-1 tvg-id="ch${at}.example" catchup-days="3",Channel ${at}\nhttp://origin/${at}/index.m3u8\n`,
  )
  reader.push(Buffer.from(`#EXTM3U\n${entries.join('')}`))
  const read = reader.finish()
  if (!read.ok) throw new Error(read.problem.reason)
  return (await buildCatalogue([{ source: 'bench', playlist: read.playlist }])).channels
}

const heldMb = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

const folder = mkdtempSync(join(tmpdir(), 'gh-bench-guide-'))
try {
  execFileSync(join(packageRoot(), 'scripts/build'))
  const file = join(folder, 'epg.xml')
  await write(file)
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(
    `${programmes} programmes of ${channels} channels: ${Math.round(statSync(file).size / 1e6)} MB`,
  )
  const before = heldMb()
  const guide = new GuideService({
    stateDir: folder,
    now: Date.now,
    onChange: () => undefined,
    warn: say,
    make: makeInWorker,
  })
  guide.follow(await catalogue())
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const began = performance.now()
  const source = { name: 'bench', file, url: undefined, refreshMs: DAY, zone: null }
  await guide.configure({ mapping: {}, sources: [source] })
  await guide.settled()
  const seconds = (performance.now() - began) / 1000
  delay.disable()
  const { channels: packed, programmes: kept } = guide.status()
  await guide.stop()
  const held = heldMb()
  const still = delay.max / 1e6
  say(`kept ${kept} programmes of ${packed} channels in ${seconds.toFixed(1)} s`)
  say(
    `memory: ${held.toFixed(0)} MB at most (goal < ${MOST_MB}), ${before.toFixed(0)} before it began`,
  )
  say(
    `event loop: stood still for ${still.toFixed(0)} ms at most (goal < ${MOST_STILL_MS}), ${(delay.percentile(99) / 1e6).toFixed(0)} ms in 99 of 100`,
  )
  if (held >= MOST_MB || still >= MOST_STILL_MS) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
