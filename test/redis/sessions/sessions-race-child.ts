import { limitsWith, opening, startPlane } from './sessions-support.ts'

/** A control plane of its own: opens as many sessions as it is told and prints how many got in. */
const [url = '', account = '', name = '', count = '0'] = process.argv.slice(2)
const plane = await startPlane([url])
const limits = limitsWith({ maxStreams: 2, limitation: 'hard' })
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
const answers = await Promise.all(
  Array.from({ length: Number(count) }, (_, at) =>
    plane.sessions.store.open(opening(account, `${name}${at}`, { limits, player: `${name}${at}` })),
  ),
)
const admitted = answers.filter(({ outcome }) => outcome === 'admitted').length
process.stdout.write(`admitted ${admitted}\n`)
await plane.stop()
process.exit(0)
