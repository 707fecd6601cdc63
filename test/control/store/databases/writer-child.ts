import { openStore } from '../../../../control/store/store.ts'
import { samplePlay } from '../../../contract/sample-plays.ts'

/** Writes batches of a hundred plays and says each number once committed, until killed: `writer-child.ts URL FROM`. */
const [url = '', from = '0'] = process.argv.slice(2)
const store = await openStore({ url })
for (let batch = Number(from); batch < 10_000; batch += 1) {
  const plays = Array.from({ length: 100 }, (_, n) => samplePlay({ id: `${batch}-${n}` }))
  await store.history.upsertPlays(plays)
  process.stdout.write(`${batch}\n`)
}
