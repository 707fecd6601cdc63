import { expect, it } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import { missingParts } from '../../../control/lint/missing.ts'

const GROUPS = 'groups: [{ name: everyone, default: true }]'
const SOURCES = 'sources: [{ name: main, file: all.m3u }]'

it.each([
  ['no setting', '', ['neither sources nor media servers']],
  ['groups alone', GROUPS, ['no sources: every list is empty']],
  ['sources alone', SOURCES, ['no groups: every viewer is refused (group.none)']],
  ['both', `${SOURCES}\n${GROUPS}`, []],
  [
    'groups that take nobody',
    `${SOURCES}\ngroups: [{ name: a }, { name: b }]`,
    ['no group takes anybody but accounts that name it'],
  ],
  ['a group of named accounts', `${SOURCES}\ngroups: [{ name: a, accounts: ["own:1"] }]`, []],
  [
    'an edge without its key',
    'control: { urls: ["https://c:8443"] }',
    ['control.urls needs control.edge_key_file'],
  ],
  [
    'media servers alone',
    'media_servers: [{ name: a, kind: plex, url: "http://127.0.0.1:1", token_file: t }]',
    [],
  ],
  [
    'an edge on another machine',
    'control: { urls: ["https://c:8443"], ca_file: ca.pem, edge_key_file: e.key }',
    [],
  ],
])('what is missing is told of %s', (_, yaml, expected) => {
  const told = missingParts(parseConfig(yaml, 'gatehouse.yaml').config)
  expect(told).toEqual(expected.map((text) => expect.stringContaining(text)))
})
