/** Plays the demo's channels with the players of this machine, and writes what came of it into docs/players.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { adminOf, worldConfig } from '../test/e2e/world.ts'
import { startService } from '../test/support/service.ts'
import { positive, readOptions } from './options.ts'
import { measure, type Result } from './players/measure.ts'
import { findPlayers } from './players/programs.ts'
import { table } from './players/table.ts'

const USAGE =
  'usage: npm run players -- [--seconds 60] [--only PART OF A PLAYER’S NAME] [--mode replace|soft|hard] [--channel ID] [--write]'
const MODES = ['replace', 'soft', 'hard'] as const
const CHANNELS = ['federal-1', 'sport-1', 'sport-4', 'film-3'] as const
const MARKS = /(<!-- measured:players -->\n)[\s\S]*?(<!-- \/measured -->)/

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const options = readOptions(USAGE, {
  seconds: { type: 'string' },
  only: { type: 'string' },
  mode: { type: 'string' },
  channel: { type: 'string' },
  write: { type: 'boolean' },
})
const seconds = positive(options.seconds, 60)
const { players, missing } = await findPlayers(options.only)
for (const name of missing) say(`${name}: not on this machine; docs/players.md names its package`)

const config = worldConfig({
  clocks: { idle_sec: 30, idle_vod_sec: 60, reserve_sec: 30, ban_sec: 30 },
}).replace('channels: { titles: [Federal] }', 'channels: { titles: [Federal, Sport, Film] }')
const service = await startService({ config })
const results: Result[] = []
try {
  const admin = adminOf(service)
  for (const player of players)
    for (const channel of CHANNELS.filter((it) => it === (options.channel ?? it)))
      for (const mode of MODES.filter((it) => it === (options.mode ?? it))) {
        // Modes differ where sessions meet: one channel shows it.
        if (channel !== 'federal-1' && mode !== 'replace' && options.mode === undefined) continue
        const result = await measure({ service, admin, player, channel, mode, seconds })
        say(JSON.stringify(result))
        results.push(result)
      }
} finally {
  await service.stop()
}

const text = table(results)
process.stdout.write(text)
if (options.write === true) {
  const page = join(packageRoot(), 'docs/players.md')
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace(MARKS, (_all, open, close) => `${open}${text}${close}`),
  )
}
