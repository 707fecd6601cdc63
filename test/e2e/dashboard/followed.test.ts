import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { worldConfig } from '../world/world.ts'
import { onDashboard } from './browser-pages.ts'
import { showPage } from './page-list.ts'

const folder = await tempDir()
const file = join(folder.path, 'own.m3u')
const writeChannels = (ids: readonly string[]) => {
  const rows = ids.map(
    (id) => `#EXTINF:-1 tvg-id="${id}",${id}\nhttp://127.0.0.1:9/${id}/index.m3u8\n`,
  )
  writeFileSync(file, `#EXTM3U\n${rows.join('')}`)
}
writeChannels(['own-1', 'own-2'])
afterAll(folder.remove)

const more = `surge:
  - { name: rush, group: everyone, channels: { ids: [federal-1] }, running: stay }
`
const config = worldConfig({ more }).replace(
  'sources:\n',
  `sources:\n  - { name: own, file: ${file}, refresh_sec: 3600 }\n`,
)
const { admin, opened } = onDashboard({ config })

test('what one operator does in a browser another one sees: surge, sources, tokens, bans', async () => {
  const [one, other] = [await opened('#/groups'), await opened('#/groups')]
  await one.getByRole('button', { name: 'Turn on: rush' }).click()
  await other.getByRole('button', { name: 'Turn off: rush' }).click()
  await one.getByRole('button', { name: 'Turn on: rush' }).waitFor()
  const source = other.getByRole('listitem').filter({ hasText: /^own / })
  await source.getByText('2 channels').waitFor()
  writeChannels(['own-1', 'own-2', 'own-3'])
  await one.getByRole('listitem').filter({ hasText: /^own / }).getByRole('button').click()
  await source.getByText('3 channels').waitFor()

  await showPage(one, '#/settings')
  await showPage(other, '#/settings')
  const tokens = one.locator('section').filter({ hasText: 'API tokens' })
  await tokens.getByLabel('Name').fill('grafana')
  await tokens.getByLabel('Scopes').fill('metrics:read')
  await tokens.getByRole('button', { name: 'Add' }).click()
  await other.getByRole('listitem').filter({ hasText: 'grafana' }).waitFor()

  await showPage(other, '#/system')
  const { id } = await admin().account(1)
  await admin().send('POST', '/bans', { kind: 'account', subject: `own:${id}`, seconds: 3_600 })
  await other
    .getByText(`own:${id}`)
    .or(other.locator(`a[href*="${id}"]`))
    .first()
    .waitFor()
})

test('what changes by itself is shown where nobody plays: a media server that falls silent, in System too', async () => {
  const server = await startJellyfin({ token: 'token' })
  const body = { name: 'attic', kind: 'jellyfin', url: server.url, token: 'token' }
  const [servers, system] = [await opened('#/servers'), await opened('#/system')]
  await admin().send('POST', '/media-servers', body)
  const attic = servers.locator('section').filter({ hasText: 'attic' })
  await attic.getByText('watching').waitFor()
  const media = system.getByRole('main').getByRole('listitem').filter({ hasText: 'Media servers' })
  await media.waitFor()
  expect(await media.getByText('attic').count()).toBe(0)
  await server.close()
  await attic.getByText('failing').waitFor()
  await media.getByText('attic').waitFor()
})
