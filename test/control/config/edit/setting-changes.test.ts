import { expect, it } from 'vitest'
import { settingChanges } from '../../../../control/config/edit/setting-changes.ts'
import { parseConfig } from '../../../../control/config/load.ts'

const configOf = (text: string) => parseConfig(text, '/etc/gatehouse.yaml').config

it('names what differs by the names of settings, and what waits for a start', () => {
  const before = configOf(
    'groups: [{ name: home, default: true, max_sessions: 2 }, { name: guests, networks: [10.0.0.0/8] }]',
  )
  const after = configOf(
    'edge: { listen: 0.0.0.0:9000 }\nadmin: { listen: 127.0.0.1:9001 }\ngroups: [{ name: guests, networks: [10.0.0.0/8, 192.168.0.0/16] }, { name: home, default: true, max_sessions: 3 }]\nlog: { level: debug }',
  )
  expect(settingChanges(before, after)).toEqual([
    { path: 'edge.listen', before: '0.0.0.0:8080', after: '0.0.0.0:9000', needsRestart: false },
    { path: 'admin.listen', before: '127.0.0.1:8090', after: '127.0.0.1:9001', needsRestart: true },
    {
      path: 'groups[guests].networks',
      before: ['10.0.0.0/8'],
      after: ['10.0.0.0/8', '192.168.0.0/16'],
      needsRestart: false,
    },
    { path: 'groups[home].max_sessions', before: 2, after: 3, needsRestart: false },
    { path: 'log.level', before: 'info', after: 'debug', needsRestart: false },
  ])
  expect(settingChanges(before, before)).toEqual([])
})

it('shows what comes and goes', () => {
  const before = configOf('groups: [{ name: home, default: true }]\nplans: [{ name: a }]')
  const after = configOf('groups: [{ name: home, default: true }]\nplans: [{ name: b }]')
  const paths = settingChanges(before, after).map(({ path, before: old, after: now }) => [
    path,
    old,
    now,
  ])
  expect(paths).toContainEqual(['plans[a].name', 'a', null])
  expect(paths).toContainEqual(['plans[b].name', null, 'b'])
})
