import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import { statePaths } from '../../../control/config/paths.ts'
import { newEdgeKey } from '../../../control/keys/edge-key.ts'
import { nginxSettings } from '../../../control/nginx/from-config.ts'
import { withTempDir } from '../../support/cleanup.ts'

test('a file with more than the key of an edge, or none, is named, and what is in it is not shown', () =>
  withTempDir(async (folder) => {
    const file = join(folder, 'edge.key')
    const { config } = parseConfig(
      `edge: { id: north }\ncontrol: { urls: ['https://c:8443'], edge_key_file: '${file}' }`,
      'edge.yaml',
    )
    const machine = { modules: { js: '', geoip2: null }, user: null, errorLog: 'stderr error' }
    const keyIn = (text: string) => {
      writeFileSync(file, text)
      return nginxSettings(config, statePaths(folder), machine).edgeKey
    }
    const key = newEdgeKey()
    expect(keyIn(`${key}\n`)).toBe(key)
    for (const text of ['', `Its key:\n${key}\n`, `edge_key: ${key}`, `"${key}"`])
      expect(() => keyIn(text)).toThrow(
        `control.edge_key_file: ${file} must hold the key and nothing else, as 'gatehouse edges add' printed it`,
      )
  }))
