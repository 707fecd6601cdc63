import { expect, test } from 'vitest'
import { fuzz, requestAt } from '../../../scripts/fuzz/run.ts'
import { startFuzzWorld } from '../../../scripts/fuzz/world.ts'
import { useCleanup } from '../../support/cleanup.ts'

const onCleanup = useCleanup()
const SEED = 19

test('hostile requests to every listener are answered without a fault of ours', async () => {
  const world = await startFuzzWorld()
  onCleanup(world.stop)
  const options = { seed: SEED, from: 0, count: 4000, until: Date.now() + 8000, atOnce: 8 }
  const report = await fuzz(world, options)
  expect(report.failures).toEqual([])
  expect(report.restarted).toEqual([])
  expect(report.sent).toBeGreaterThan(100)
  expect([...report.statuses.keys()].sort()).toEqual(world.listeners.map(({ name }) => name).sort())
  // Some get through to what lies behind the doors.
  const edge = report.statuses.get('edge')
  expect(edge?.get(200), JSON.stringify([...(edge ?? [])])).toBeGreaterThan(0)
  // The same numbers make the same request, so that a failure can be sent again.
  const again = requestAt(SEED, 17, world.listeners)
  expect(requestAt(SEED, 17, world.listeners)).toEqual(again)
  expect(requestAt(SEED + 1, 17, world.listeners)).not.toEqual(again)
}, 120_000)
