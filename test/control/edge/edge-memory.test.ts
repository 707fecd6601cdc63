import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { edgeSchema } from '../../../control/config/schema/edge.ts'
import { createEdgeRegistry } from '../../../control/edge/edge-registry.ts'

const declared = readFileSync(join(packageRoot(), 'nginx/gatehouse-http.conf'), 'utf8')
const zones = [...declared.matchAll(/js_shared_dict_zone zone=(\w+):\S+(.*);/g)].map(
  ([, name = '', more = '']) => ({ name, isEvicting: more.includes(' evict') }),
)
const settings = Object.keys(edgeSchema.properties.zones.properties)

const alarmsAbout = (free: Record<string, number>): readonly string[] => {
  const registry = createEdgeRegistry(Date.now, () => ({ release: '', files: '' }))
  const have = { policy: 'p', keys: 'k', networks: 'n', channels: 'c', bans: 'b', epoch: null }
  const nginx = { njs: '1.0.2', nginx: '1.30.6', engine: 'QuickJS', release: '', files: '' }
  const now = Date.now()
  const reports = { seen: [], traffic: [], closed: [], degraded: [] }
  registry.synced({ edge: 'one', boot: 'b', clock: now, have, ...nginx, ...reports, free }, now)
  return registry.list()[0]?.alarms.filter((alarm) => alarm.includes('gh_')) ?? []
}

test.each(zones)(
  'a full $name is told where newcomers are refused, with the setting that helps',
  ({ name, isEvicting }) => {
    const alarms = alarmsAbout({ [name]: 4096 })
    // One of fixed content, and those that lose their oldest entries.
    if (name === 'gh_state' || isEvicting) expect(alarms).toEqual([])
    else expect(alarms).toEqual([expect.stringContaining(`'${name}' is nearly full`)])
    for (const [, setting = ''] of alarms.join().matchAll(/edge\.zones\.(\w+)/g))
      expect(settings).toContain(setting)
    expect(alarmsAbout({ [name]: 8 * 1024 * 1024 })).toEqual([])
  },
)

test('there are such zones of each kind', () => {
  expect(zones.length).toBeGreaterThan(15)
  expect(alarmsAbout(Object.fromEntries(zones.map(({ name }) => [name, 0])))).toHaveLength(9)
})
