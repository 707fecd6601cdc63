import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../control/config/paths.ts'
import { processorSeconds } from '../../test/e2e/world/processes.ts'
import { writeTautulliDatabase } from '../../test/support/media-servers/tautulli-database.ts'
import { oneOf, positive, readOptions } from '../options.ts'

const USAGE = `Usage: npm run bench:imports -- [--rows N] [--kind KIND] [--profile FOLDER]

Imports a made history through the command line, as an owner would, and says how long it took and how much memory it held.

  --rows N            default: 1000000
  --kind KIND         tautulli (default), jellystat or history
  --profile FOLDER    leaves Node's processor profile of the command there
`

const values = readOptions(USAGE, {
  rows: { type: 'string' },
  kind: { type: 'string' },
  profile: { type: 'string' },
})
const [KIND = 'tautulli'] = oneOf('kind', values.kind ?? 'tautulli', [
  'tautulli',
  'jellystat',
  'history',
])
const ROWS = positive(values.rows, 1_000_000)
const USERS = 300

/** Plays of 300 households over three years: two devices on a line that is renewed now and then, a phone abroad at times. */
const play = (i: number) => {
  const user = (i * 7919) % USERS
  const isAway = i % 37 === 0
  return {
    id: i + 1,
    user: 1000 + user,
    started: 1_690_000_000 + Math.floor((i / ROWS) * 3 * 365 * 86_400),
    length: 600 + ((i * 2_654_435_761) % 6000),
    address: isAway
      ? `109.${i % 200}.${i % 90}.7`
      : `81.${user % 200}.${Math.floor(i / (ROWS / 40)) % 200}.9`,
    device: `${user}-${isAway ? 'phone' : i % 2}`,
    title: `A Show - Episode ${i % 900}`,
  }
}

const lines = async (path: string, line: (i: number) => string, [head, tail] = ['', '']) => {
  const file = createWriteStream(path)
  file.write(head)
  for (let i = 0; i < ROWS; i += 1) if (!file.write(line(i))) await once(file, 'drain')
  file.end(tail)
  await once(file, 'finish')
}

const STREAMS = Array.from({ length: 4 }, (_, i) => ({
  Index: i,
  Codec: 'h264',
  Title: 'x'.repeat(300),
}))

const jellystatRow = (i: number) => {
  const { id, user, started, length, address, device, title } = play(i)
  return JSON.stringify({
    Id: String(id),
    UserId: String(user),
    UserName: `user ${user}`,
    DeviceId: device,
    Client: 'Jellyfin Web',
    NowPlayingItemName: title,
    PlaybackDuration: String(length),
    ActivityDateInserted: new Date((started + length) * 1000).toISOString(),
    RemoteEndPoint: address,
    MediaStreams: STREAMS,
  })
}

const historyRow = (i: number) => {
  const { id, user, started, length, address, device, title } = play(i)
  const [startedAt, endedAt] = [started * 1000, (started + length) * 1000]
  const who = { id: String(id), source: 'plex:house', account: `server:house:${user}` }
  return JSON.stringify({
    ...who,
    startedAt,
    endedAt,
    address,
    device,
    title,
    playedMs: length * 1000,
  })
}

const make = async (folder: string): Promise<string[]> => {
  const file = join(folder, 'input')
  if (KIND === 'tautulli') {
    const rows = Array.from({ length: ROWS }, (_, i) => play(i))
    writeTautulliDatabase(
      file,
      rows.map(({ address: ip, length, ...row }) => ({
        ...row,
        ip,
        stopped: row.started + length,
      })),
      Array.from({ length: USERS }, (_, i) => 1000 + i),
    )
    return ['tautulli', '--file', file, '--server', 'house']
  }
  if (KIND === 'jellystat') {
    const ends: [string, string] = ['[{"jf_playback_activity":[', ']}]']
    await lines(file, (i) => `${i === 0 ? '' : ','}${jellystatRow(i)}`, ends)
    return ['jellystat', file, '--server', 'house']
  }
  await lines(file, (i) => `${historyRow(i)}\n`)
  return ['history', file]
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-imports-'))
try {
  // The input is made by a process of its own, so that its memory is not counted.
  const args = await make(folder)
  const megabytes = Math.round(statSync(join(folder, 'input')).size / 1e6)
  execFileSync(join(packageRoot(), 'scripts/build'))
  const program = [
    join(packageRoot(), 'dist/cli.js'),
    'import',
    ...args,
    '--state',
    join(folder, 'state'),
  ]
  const profiling =
    values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
  const began = Date.now()
  const child = spawn(process.execPath, [...profiling, ...program, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let [peak, worked, out] = [0, 0, '']
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      worked = processorSeconds(child.pid ?? 0)
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)
    } catch {
      // It has ended.
    }
  }, 250)
  await once(child, 'close')
  clearInterval(watch)
  const seconds = (Date.now() - began) / 1000
  process.stdout.write(
    `${ROWS} rows of ${KIND}, a file of ${megabytes} MB: ${seconds.toFixed(0)} s,` +
      ` ${worked.toFixed(0)} s of processor time, ${Math.round(ROWS / seconds)} rows a second, at most ${Math.round(peak / 1e6)} MB resident\n${out}`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
