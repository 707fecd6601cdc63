import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { guideWarnings } from '../../../control/compose/explain/guide-check.ts'
import { openOffline } from '../../../control/compose/explain/offline.ts'
import { loadConfig } from '../../../control/config/load.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'

const onCleanup = useCleanup()

test('check names sources of the guide that cannot be read, and channels that no source has', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const file = (name: string) => join(folder.path, name)
  const entries = ['known', 'lost'].map(
    (id) => `#EXTINF:-1 tvg-id="${id}",${id}\nhttp://o/${id}/a.ts`,
  )
  await writeFile(file('list.m3u'), `#EXTM3U\n${entries.join('\n')}\n`)
  const programme =
    '<programme start="20991129100000 +0000" stop="20991129110000 +0000" channel="known"><title>T</title></programme>'
  await writeFile(file('good.xml'), `<tv><channel id="known"/>${programme}</tv>`)
  await writeFile(file('bad.xml'), '<html/>')
  await writeFile(
    file('gatehouse.yaml'),
    `geo: { enabled: false }
sources: [{ name: list, file: list.m3u }]
groups: [{ name: all, default: true }]
guide:
  sources:
    - { name: good, file: good.xml }
    - { name: bad, file: bad.xml }
`,
  )
  const loaded = loadConfig(file('gatehouse.yaml'), {})
  const offline = await openOffline(loaded)
  onCleanup(async () => await offline.close())
  const warnings = await guideWarnings(loaded, offline.lineup.playlists.snapshot()?.channels ?? [])
  expect(warnings).toEqual([
    'guide bad: a <html> document, not XMLTV',
    'no source of the guide has lost; name them in guide.channels',
  ])
})
