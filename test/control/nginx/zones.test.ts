import { expect, test } from 'vitest'
import { renderNginx } from '../../../control/nginx/render.ts'
import { EDGE_ZONES } from '../../../control/nginx/zone-meanings.ts'
import { parseZones, readZones, writeZones, zoneChanges } from '../../../control/nginx/zones.ts'
import { settings, templates } from '../../support/nginx/nginx-settings.ts'

const http = renderNginx({ ...settings, segmentCache: { size: '1g', validSec: 60 } }, templates)[
  'gatehouse-http.conf'
]
const zones = readZones(http ?? '')

test('every zone that is rendered is one whose loss is described, and the other way round', () => {
  expect(zones.map(({ name }) => name).sort()).toEqual(Object.keys(EDGE_ZONES).sort())
})

test('nginx tells of its zones what its files declare', () => {
  const line = /js_var \$gh_zones "([^"]*)"/.exec(http ?? '')?.[1] ?? ''
  expect(line).not.toMatch(/[$;{}]/)
  expect(parseZones(line)).toEqual(zones)
  expect(parseZones(writeZones(zones))).toEqual(zones)
  expect(parseZones('')).toEqual([])
})

test('the same size in other words is no change; another one says what is lost', () => {
  const size = (text: string) =>
    zones.map((zone) => (zone.name === 'gh_bans' ? { ...zone, size: text } : zone))
  expect(zoneChanges(size('16m'), size('16384k'))).toEqual([])
  const [change] = zoneChanges(size('16m'), size('8m'))
  expect(change).toMatchObject({ name: 'gh_bans', effect: 'emptied' })
  expect(change?.text).toContain('edge.not_ready')
})

test('a zone of a former release that is declared no more changes nothing, and neither does a new one', () => {
  const [first, ...others] = zones
  expect(first).toBeDefined()
  expect(zoneChanges(zones, others)).toEqual([])
  expect(zoneChanges(others, zones)).toEqual([])
})
