/** Plays the demo's channels with the players that people use, and writes what came of it into docs/players.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { oneOf, positive, readOptions } from './options.ts'
import { closeBrowser } from './players/browser/players.ts'
import { NAMES, preparePlayers } from './players/kinds.ts'
import { MODES } from './players/lane.ts'
import { inLanes } from './players/lanes.ts'
import { PARTS, partNamed } from './players/parts.ts'
import { FORMS } from './players/player.ts'
import { putTable } from './players/table.ts'

const USAGE = `usage: npm run players -- [options]
Runs real players against a Gatehouse with the demo's channels, each on an account of one stream.
  --part ${PARTS.map(({ name }) => name).join('|')}   what is tried; all of it otherwise
  --only NAME[,NAME…]    these players: ${NAMES.join(', ')}
  --form FORM            of the plays: one of ${FORMS.join(', ')}
  --mode MODE            one of ${MODES.join(', ')}; all of them otherwise
  --seconds 60           how long each plays
  --starts 100           how often each is started
  --at-once 4            players at once: each has a Gatehouse of its own
  --write                put the tables into docs/players.md
Programs the machine lacks are fetched as Debian packages into .runtime: about 900 MB for all of them.`

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const options = readOptions(USAGE, {
  part: { type: 'string' },
  only: { type: 'string' },
  form: { type: 'string' },
  mode: { type: 'string' },
  seconds: { type: 'string' },
  starts: { type: 'string' },
  'at-once': { type: 'string' },
  write: { type: 'boolean' },
})
const chosen = {
  forms: oneOf('form', options.form, FORMS),
  modes: oneOf('mode', options.mode, MODES),
  seconds: positive(options.seconds, 60),
  starts: positive(options.starts, 100),
}
const parts = oneOf(
  'part',
  options.part,
  PARTS.map(({ name }) => name),
).map(partNamed)
const atOnce = Math.trunc(positive(options['at-once'], 4))
const wanted = (options.only ?? '')
  .split(',')
  .filter((it) => it !== '')
  .flatMap((it) => oneOf('only', it, NAMES))
const players = await preparePlayers(wanted, say)
const page = join(packageRoot(), 'docs/players.md')
try {
  for (const { name, tableOf } of parts) {
    const text = await tableOf(players, chosen, (jobs) => inLanes(jobs, atOnce, say))
    process.stdout.write(`${text}\n`)
    if (options.write === true)
      writeFileSync(page, putTable(readFileSync(page, 'utf8'), name, text))
  }
} finally {
  await closeBrowser()
}
