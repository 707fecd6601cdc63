import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import { tempDir } from '../../support/cleanup.ts'
import { startFakeService } from '../../support/notify/fake-service.ts'
import { SECRET, startProvider } from '../../support/oidc/provider.ts'
import { launchBrowser } from '../../support/programs/browser.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, PATIENT, worldConfig } from '../world/world.ts'
import { browserPages, focusOn, openAsOwner } from './browser-pages.ts'
import { showPage } from './page-list.ts'
import { type Relay, startRelay } from './relay.ts'

let relay: Relay
let provider: Awaited<ReturnType<typeof startProvider>>
let service: TestService
let browser: Browser
let admin: ReturnType<typeof adminOf>
const { openPage, expectComplaint, closePages } = browserPages(() => browser)

/** A world whose dashboard is reached through the relay, with a provider of sign-ins and a profile of surge. */
const configOf = async (): Promise<string> => {
  const secret = join((await tempDir()).path, 'client.secret')
  writeFileSync(secret, `${SECRET}\n`)
  const oidc = `{ name: Our house, issuer: '${provider.issuer}', client_id: gatehouse, client_secret_file: ${secret}, scope: openid profile, roles: { owner: [tv-admins], viewer: [support] } }`
  const more =
    'surge:\n  - { name: rush, group: home, channels: { ids: [federal-1] }, running: end }\n'
  return worldConfig({ clocks: PATIENT, more }).replace(
    'listen: __ADMIN__',
    `$&, public_url: '${relay.url}', oidc: ${oidc}`,
  )
}

beforeAll(async () => {
  relay = await startRelay()
  provider = await startProvider(relay.url)
  const config = await configOf()
  ;[service, browser] = await Promise.all([startService({ config }), launchBrowser()])
  relay.lead(service.admin)
  admin = adminOf(service)
})
afterAll(async () => {
  await browser?.close()
  await service?.stop()
  await relay?.stop()
  provider?.server.closeAllConnections()
  provider?.server.close()
})
afterEach(closePages)

const opened = (hash: string): Promise<Page> => openAsOwner(openPage, admin, hash)

/** Somebody at home who watches a channel on an account of his own. */
const watching = async (channel: string, streams = 2) => {
  const account = await admin.account(streams)
  const player = viewer(service.edge, { address: '192.168.7.7', token: account.token })
  const session = await player.play(channel)
  await session.poll()
  await until('the session', async () => (await admin.sessions(account.id)).length === 1)
  return { account, player, session }
}

const rowOf = (page: Page, { id }: { readonly id: string }) =>
  page.getByRole('row').filter({ has: page.locator(`a[href*="${id}"]`) })

test('surge is switched on and off: the group loses its channels and gets them back', async () => {
  const { player, session } = await watching('federal-2')
  const before = await player.channels()
  const page = await opened('#/groups')
  const home = page.getByRole('row').filter({ hasText: 'home' })
  await page.getByRole('button', { name: 'Turn on: rush' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Turn on' }).click()
  await home.getByText(`−${before.length - 1}`).waitFor()
  await until('the list of surge', async () => (await player.channels()).join() === 'federal-1')
  await until('the end', async () => (await session.poll()).reason === 'channel.surge')
  await page.getByRole('button', { name: 'Turn off: rush' }).click()
  await page.getByRole('button', { name: 'Turn on: rush' }).waitFor()
  await home.getByText('−').waitFor({ state: 'detached' })
  await until('the whole list', async () => (await player.channels()).length === before.length)
})

test('a downloaded playlist is revoked after a question, and what plays from it ends', async () => {
  const { account, session } = await watching('federal-1')
  const page = await opened('#/groups')
  const row = rowOf(page, account)
  await row.getByRole('button', { name: 'Revoke' }).click()
  const dialog = page.getByRole('dialog')
  await focusOn(page, /^BUTTON Cancel/)
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await row.getByText('revoked').waitFor()
  await until('the end', async () => (await session.poll()).reason === 'ticket.revoked')
})

test('a refusal is found behind its number and explained by another click', async () => {
  const { account } = await watching('federal-1', 1)
  const other = { address: '192.168.7.8', token: account.token, agent: 'VLC/3.0.21' }
  expect((await viewer(service.edge, other).open('federal-3')).reason).toBe('cap.streams')
  const page = await opened('#/now')
  await page.getByRole('link', { name: 'Refused, last hour' }).click()
  const refused = page
    .getByRole('table', { name: 'Refused in the last hour' })
    .getByRole('row')
    .filter({ has: page.locator(`a[href*="${account.id}"]`) })
  await refused.getByText('The account already plays as many streams as it may.').waitFor()
  await refused.getByRole('link', { name: 'Why' }).click()
  await page
    .getByRole('status')
    .getByText(/^Group home,/)
    .waitFor()
  expect(await page.getByLabel('Account (may be empty)').inputValue()).toBe(account.id)
})

test('who would see what: any address, account and country, without a channel the list', async () => {
  const account = await admin.account(2)
  await admin.send('PATCH', `/accounts/${account.id}`, { enabled: false })
  const page = await opened('#/groups')
  const form = page.locator('section').filter({ hasText: 'Who would see what?' })
  await form.getByLabel('Address', { exact: true }).fill('203.0.113.9')
  await form.getByRole('button', { name: 'Explain' }).click()
  await form.getByText(/^Group everyone,/).waitFor()
  await form.getByText(/\d+ channels?:/).waitFor()
  await form.getByLabel('Account').fill(account.id)
  await form.getByRole('button', { name: 'Explain' }).click()
  await form.getByText('refused').first().waitFor()
  await form.getByText('account.disabled').first().waitFor()
  await form.getByLabel('Account').fill('nobody')
  await form.getByRole('button', { name: 'Explain' }).click()
  await form.getByRole('alert').filter({ hasText: "no account 'nobody'" }).waitFor()
  expectComplaint('404')
})

test('two accounts become one person, and are split again', async () => {
  const [first, second] = [await admin.account(1), await admin.account(1)]
  const page = await opened(`#/accounts/own%3A${first.id}`)
  const card = page.locator('section').filter({ hasText: 'Another account of this person' })
  await card.getByLabel('Another account').fill(`own:${second.id}`)
  await card.getByRole('button', { name: 'Merge' }).click()
  const other = card.getByRole('listitem').filter({
    has: page.locator(`a[href*="${second.id}"]`),
  })
  await other.waitFor()
  const { items } = await admin.get<{ items: unknown[] }>('/people?merged=true')
  expect(JSON.stringify(items)).toContain(second.id)
  await other.getByRole('button', { name: 'Split off' }).click()
  await card.getByText('This is the only account').waitFor()
  await page.getByText('Not judged yet').waitFor()
})

test('who watches at a media server is written to', async () => {
  const server = await startJellyfin({ token: 'token' })
  try {
    const device = { id: 'tv', name: 'Television', app: 'Jellyfin Web', platform: 'webOS' }
    const item = { id: '500', title: 'The Long Winter' }
    const user = { id: '7', name: 'Ines' }
    server.stage.play([{ user, device, item, session: 's-7', address: '198.51.100.7' }])
    const body = { name: 'attic', kind: 'jellyfin', url: server.url, token: 'token' }
    await admin.send('POST', '/media-servers', body)
    const page = await opened('#/now')
    const row = page.getByRole('row').filter({ hasText: 'The Long Winter' })
    await row.getByRole('button', { name: 'Message' }).click()
    await page.getByLabel('What is shown on the screen').fill('Good night')
    await page.getByRole('button', { name: 'Send' }).click()
    await until('the words on the screen', () =>
      server.stage.deeds().some((deed) => deed.did === 'message' && deed.words === 'Good night'),
    )
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await admin.send('DELETE', '/media-servers/attic')
  } finally {
    await server.close()
  }
})

test('a destination is added on its page, takes a test, and is removed after a question', async () => {
  const hook = await startFakeService(() => ({ status: 200 }))
  try {
    const page = await opened('#/destinations')
    const form = page.locator('section').filter({ hasText: 'Add a destination' })
    await form.getByLabel('Kind').selectOption('webhook')
    await form.getByLabel('Short name').fill('desk')
    await form.getByLabel('Address', { exact: true }).fill(hook.url)
    await form.getByRole('button', { name: 'Add' }).click()
    const card = page.locator('section').filter({ hasText: 'desk' })
    await card.getByRole('button', { name: 'Send a test' }).click()
    await card.getByText('The service took the test.').waitFor()
    expect(hook.requests.length).toBe(1)
    await card.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await card.waitFor({ state: 'detached' })
    await showPage(page, '#/audit?filter=destination')
    const entry = page.getByRole('row').filter({ hasText: 'Destination added' })
    await entry.getByText('Before and after').click()
    await entry.getByText('webhook').first().waitFor()
  } finally {
    await hook.stop()
  }
})

test('a rule that is written, tried and applied ends the stream it is about, and tells its finding', async () => {
  const account = await admin.account(2)
  const page = await opened('#/rules')
  await page.getByLabel('New rule').selectOption('geo_restriction')
  const text = page.getByRole('textbox', { name: 'YAML' })
  await text.fill(`id: not-in-spain
kind: geo_restriction
scope: { type: account, account: 'own:${account.id}' }
params: { mode: block, countries: [ES] }
dry_run: false
actions: [{ do: end, from_finding: 1 }]
`)
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText(/^Over \d+ account/).waitFor()
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('Applied.').waitFor()
  const player = viewer(service.edge, { address: '80.38.149.92', token: account.token })
  const session = await player.play('federal-1')
  await until('the end', async () => (await session.poll()).status >= 400)
  await showPage(page, '#/findings')
  await page
    .getByRole('link', { name: /Outside its countries/ })
    .first()
    .click()
  await page.locator(`main a[href*="${account.id}"]`).first().waitFor()
  await page.getByRole('link', { name: 'not-in-spain' }).waitFor()
})

test('a rule is removed after a question whose first choice is Cancel; in Russian, what is odd and what is refused is too', async () => {
  const params = { mode: 'block', countries: ['ES'] }
  const rule = { kind: 'geo_restriction', params, actions: [] }
  for (const id of ['soon-gone', 'stays']) await admin.send('PUT', `/rules/${id}`, { id, ...rule })
  const page = await opened('#/rules/soon-gone')
  await page.getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog')
  await focusOn(page, /^BUTTON Cancel/)
  const held = new Promise<() => Promise<void>>((resolve) => {
    void page.route('**/rules/soon-gone', async (route) => {
      const response = await route.fetch()
      resolve(async () => await route.fulfill({ response }))
    })
  })
  await dialog.getByRole('button', { name: 'Remove' }).click()
  const answer = await held
  const ids = async () =>
    (await admin.get<{ items: { id: string }[] }>('/rules')).items.map(({ id }) => id)
  await until('the rule is gone', async () => !(await ids()).includes('soon-gone'))
  expect(await ids()).toContain('stays')
  await page.goto(page.url().replace(/#.*/, '#/rules/stays'))
  await answer()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('main a[href$="/soon-gone"]').waitFor({ state: 'detached' })
  expect(page.url()).toContain('#/rules/stays')
  await page.evaluate("localStorage.setItem('gatehouse.language', 'ru')")
  await page.reload()
  await page.getByText('нет ни одного шага').waitFor()
  await showPage(page, '#/people')
  await page.locator('main form input[name=name]').fill('demo')
  await page.locator('main form input[type=password]').fill('correct horse battery')
  await page.locator('main form input[type=password]').press('Enter')
  await page.getByRole('alert').getByText('«demo» уже есть').waitFor()
  expectComplaint('status of 409')
})

test('somebody signs in with the provider, as what his groups say', async () => {
  const page = await openPage(relay.url, { only: relay.url })
  await page.getByRole('link', { name: 'Sign in with Our house' }).click()
  await page.locator('input[name=login]').fill('vera')
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  await page.getByRole('button', { name: /^Sign out \(oidc:/ }).waitFor()
  expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
})

test('it can be installed, opens without a connection and says so, and goes on when there is one', async () => {
  const page = await opened('#/now')
  const devtools = await page.context().newCDPSession(page)
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
  await page.evaluate('navigator.serviceWorker.ready.then(() => null)')
  relay.cut()
  await page.getByText('What you see is the last that was known.').waitFor()
  await page.getByRole('link', { name: 'Audit' }).click()
  await page.getByRole('alert').getByText('Gatehouse does not answer.').waitFor()
  relay.lead(service.admin)
  await page.getByRole('alert').waitFor({ state: 'detached' })
  relay.cut()
  await page.reload()
  await page.getByText('Gatehouse does not answer.').waitFor()
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  relay.lead(service.admin)
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
  expectComplaint('net::ERR_')
})
