import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { readOptions } from './options.ts'
import { pastOf } from './replay/past.ts'
import { type Compared, replay } from './replay/replay.ts'

const USAGE = `usage: npm run replay -- --data DIR [--days 30] [--kind plex|jellyfin] [--step 10] [--users N] [--workers 2]
DIR: a labelled population: history.json, geo.json, asn.json, each or as .gz. Plays its last days through a fake media server by
a clock of its own, and compares what is said of each user with the report over the same rows.`
const values = readOptions(USAGE, {
  data: { type: 'string' },
  days: { type: 'string', default: '30' },
  kind: { type: 'string', default: 'plex' },
  step: { type: 'string', default: '10' },
  users: { type: 'string' },
  workers: { type: 'string', default: '2' },
  share: { type: 'string' },
})

const readJson = (name: string): unknown => {
  const path = join(String(values['data']), name)
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return JSON.parse(gunzipSync(readFileSync(`${path}.gz`)).toString('utf8'))
  }
}

const kindsText = (kinds: readonly string[]): string => kinds.join(', ') || 'none'

const show = ({ user, watched, reported, live }: Compared): string =>
  `  ${user}: watched ${watched.confidence.toFixed(1)}${watched.flagged ? ' flagged' : ''} (${kindsText(watched.kinds)}; live ${kindsText(live)}),` +
  ` reported ${reported.confidence.toFixed(1)}${reported.flagged ? ' flagged' : ''} (${kindsText(reported.kinds)})`

const isSame = ({ watched, reported }: Compared): boolean =>
  watched.flagged === reported.flagged && kindsText(watched.kinds) === kindsText(reported.kinds)

const kind = values['kind'] === 'jellyfin' ? 'jellyfin' : 'plex'
const workers = Number(values['workers'])

/** Plays one share of the users; accounts are judged one by one, so that shares are the same as the whole. */
const playShare = async (from: number): Promise<Compared[]> => {
  const files = {
    history: readJson('history.json'),
    geo: readJson('geo.json'),
    asn: readJson('asn.json'),
  }
  const users = values['users'] === undefined ? null : Number(values['users'])
  const past = pastOf(files, { days: Number(values['days']), users, share: { of: workers, from } })
  return await replay(kind, past, Number(values['step']) * 1000)
}

/** Has a process of its own play a share. */
const shareOf = async (from: number): Promise<Compared[]> => {
  const child = fork(fileURLToPath(import.meta.url), [
    ...process.argv.slice(2),
    '--share',
    String(from),
  ])
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`share ${from} ended with ${code}`)
    }),
  ])
  return answer as Compared[]
}

if (values['share'] !== undefined) {
  const share = await playShare(Number(values['share']))
  process.send?.(share, () => process.exit(0))
  await once(process, 'disconnect')
}

const began = Date.now()
const shares = Array.from({ length: workers }, async (_, from) => await shareOf(from))
const compared = (await Promise.all(shares)).flat()
const seconds = ((Date.now() - began) / 1000).toFixed(0)
const off = compared.filter((one) => !isSame(one))
const apart = compared.map(({ watched, reported }) =>
  Math.abs(watched.confidence - reported.confidence),
)
const far = apart.filter((points) => points > 3).length
console.log(
  `${compared.length} users, ${values['days']} days through ${kind} in ${seconds} s:` +
    ` ${off.length} with other findings or another flag, ${far} more than 3 points apart (at most ${Math.max(0, ...apart).toFixed(1)})`,
)
for (const one of compared)
  if (!isSame(one) || Math.abs(one.watched.confidence - one.reported.confidence) > 3)
    console.log(show(one))
process.exitCode = off.length > 0 ? 1 : 0
