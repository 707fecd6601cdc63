import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import { until } from '../../support/programs/port.ts'
import { viewer } from '../world/viewer.ts'
import { PATIENT, worldConfig } from '../world/world.ts'
import { onDashboard } from './browser-pages.ts'
import { followLink, loaded, showPage } from './page-list.ts'

const more = 'plans:\n  - { name: flat, max_sessions: 7 }\n'
const { edge, address, admin, openPage, expectComplaint, opened } = onDashboard({
  config: worldConfig({ clocks: PATIENT, more }),
})

/** Holds back what a page asks for with a method at a path until it is let go; then waits until the page has the answer: the true one, or `json`. */
const heldBack = async (page: Page, method: string, path: string, json?: object) => {
  let letGo: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const isIt = (asked: string, url: string) => asked === method && url.endsWith(path)
  const asked = page.waitForRequest((request) => isIt(request.method(), request.url()))
  const isRoute = ({ href }: URL) => href.endsWith(path)
  await page.route(isRoute, async (route) => {
    if (isIt(route.request().method(), route.request().url())) await gate
    await (json === undefined ? route.continue() : route.fulfill({ json }))
  })
  return {
    asked,
    answered: async () => {
      const answer = page.waitForResponse((it) => isIt(it.request().method(), it.url()))
      letGo()
      await (await answer).finished()
      // What the page does with it comes right after.
      await page.evaluate('new Promise((done) => setTimeout(done))')
    },
  }
}

const watching = async (): Promise<{ id: string }> => {
  const { id, token } = await admin().account(2)
  const player = viewer(edge(), { address: '192.168.5.9', token })
  await (await player.play('federal-1')).poll()
  return { id }
}

const rowOf = (page: Page, { id }: { readonly id: string }) =>
  page.getByRole('row').filter({ has: page.locator(`a[href*="${id}"]`) })

test('what was confirmed and is done late leaves the next question open', async () => {
  const [first, second] = [await watching(), await watching()]
  const page = await opened('#/now')
  const ban = await heldBack(page, 'POST', '/api/v1/bans')
  await rowOf(page, first).getByRole('button', { name: 'Ban' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Ban' }).click()
  await ban.asked
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await rowOf(page, second).getByRole('button', { name: 'End' }).click()
  await dialog.getByRole('button', { name: 'End' }).waitFor()
  await ban.answered()
  await rowOf(page, first).waitFor({ state: 'detached' })
  await dialog.getByRole('button', { name: 'End' }).click()
  await rowOf(page, second).waitFor({ state: 'detached' })
})

test('words for one screen are not kept for the next', async () => {
  const server = await startJellyfin({ token: 'token' })
  try {
    const play = (id: string, name: string) => ({
      user: { id, name },
      device: { id: `tv-${id}`, name: 'Television', app: 'Jellyfin Web', platform: 'webOS' },
      item: { id: `5${id}`, title: `Film of ${name}` },
      session: `s-${id}`,
      address: '198.51.100.7',
    })
    server.stage.play([play('7', 'Ines'), play('8', 'Udo')])
    const body = { name: 'attic', kind: 'jellyfin', url: server.url, token: 'token' }
    await admin().send('POST', '/media-servers', body)
    const page = await opened('#/now')
    const write = (what: string) =>
      page.getByRole('row').filter({ hasText: what }).getByRole('button', { name: 'Message' })
    const words = page.getByLabel('What is shown on the screen')
    await write('Film of Ines').click()
    await words.fill('Good night, Ines')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await write('Film of Udo').click()
    expect(await words.inputValue()).toBe('')
    await admin().send('DELETE', '/media-servers/attic')
  } finally {
    await server.close()
  }
})

test('a form keeps what is typed while it is being sent', async () => {
  const page = await opened('#/people')
  const post = await heldBack(page, 'POST', '/api/v1/users')
  const form = page.locator('form')
  await form.getByLabel('Name').fill('ada')
  await form.getByLabel('Password').fill('a long password')
  await form.getByRole('button', { name: 'Add' }).click()
  await post.asked
  await form.getByLabel('Name').fill('berta')
  await post.answered()
  await page.getByLabel('Role: ada').waitFor()
  expect(await form.getByLabel('Name').inputValue()).toBe('berta')
  await form.getByRole('button', { name: 'Add' }).click()
  await page.getByLabel('Role: berta').waitFor()
  await until('the empty form', async () => (await form.getByLabel('Name').inputValue()) === '')
})

test('what a test of a media server found goes with what was tested', async () => {
  const page = await opened('#/servers')
  const card = page.locator('section').filter({ hasText: 'Add a media server' })
  await card.getByLabel('Name').fill('attic')
  await card.getByLabel('Address').fill('http://127.0.0.1:9')
  await card.getByLabel('Token').fill('token')
  const trial = card.getByRole('button', { name: 'Test', exact: true })
  await trial.click()
  await card.locator('.state.error').waitFor()
  const late = await heldBack(page, 'POST', '/api/v1/media-servers/test')
  await trial.click()
  await late.asked
  await card.getByLabel('Address').fill('http://127.0.0.1:10')
  await late.answered()
  await until('the end of the test', async () => await trial.isEnabled())
  expect(await card.locator('.state.error').count()).toBe(0)
})

test('a new account whose token failed gets it at the next try; its plan is one there is', async () => {
  const page = await opened('#/accounts')
  await page.getByRole('button', { name: 'Add an account' }).click()
  const card = page.locator('section').filter({ hasText: 'May watch' })
  await card.getByLabel('Name').fill('flat 7')
  await card.getByLabel('Plan').selectOption('flat')
  await page.route('**/tokens', (route) => route.abort(), { times: 1 })
  await card.getByRole('button', { name: 'Save' }).click()
  await card.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor()
  expectComplaint('net::ERR_')
  await card.getByLabel('Note').fill('third floor')
  await card.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/playlist\.m3u\?token=/).waitFor()
  const { items } = await admin().get<{ items: unknown[] }>('/accounts?name=flat%207')
  expect(items).toMatchObject([{ name: 'flat 7', plan: 'flat', note: 'third floor' }])
  await page.getByRole('status').getByRole('link', { name: 'flat 7' }).click()
  await page.getByRole('heading', { level: 1, name: 'flat 7' }).waitFor()
})

test('in Now the cap of a plan counts before that of the group', async () => {
  const { id, token } = await admin().account(2)
  await admin().send('PATCH', `/accounts/${id}`, { plan: 'flat', maxSessions: null })
  await (await viewer(edge(), { address: '192.168.5.9', token }).play('federal-1')).poll()
  const page = await opened('#/now')
  await rowOf(page, { id }).getByText('1 of 7').waitFor()
})

test('a browser whose clock is days off shows times by the clock of Gatehouse', async () => {
  const { id } = await watching()
  const page = await opened('#/now')
  await page.clock.setSystemTime(Date.now() + 3 * 86_400_000)
  await page.reload()
  const since = rowOf(page, { id }).locator('td[data-title="Since"]')
  await since.filter({ hasText: /^\d+ (?:s|min)$/ }).waitFor()
  await page.getByText(/^Opened, last hour$/).waitFor()
  const openings = page.locator('.figure').filter({ hasText: 'Opened, last hour' })
  await until('the openings', async () => Number(await openings.locator('strong').innerText()) > 0)
})

test('a link somebody came by outlives signing in, and one that nobody encoded is no end', async () => {
  await admin().send('POST', '/users', { name: 'olga', role: 'owner', password: 'a long password' })
  const page = await openPage(`${address()}/#/audit?filter=olga`)
  await page.getByLabel('Name').fill('olga')
  await page.getByLabel('Password').fill('a long password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
  expect(await page.getByRole('searchbox').inputValue()).toBe('olga')
  await showPage(page, '#/accounts/server:100%')
  await page.getByRole('heading', { level: 1, name: 'server:100%' }).waitFor()
  // There is no such account.
  expectComplaint('404')
  await followLink(page, 'Now')
})

test('what history gets after a page has read it is shown once it is written', async () => {
  const page = await opened('#/groups')
  // What is told of the play itself comes before it is in history.
  const account = await watching()
  await rowOf(page, account).getByText('home').waitFor()
})

test('what another operator changes is shown without asking again', async () => {
  const page = await opened('#/people')
  await admin().send('POST', '/users', { name: 'nora', role: 'viewer', password: 'one of a test' })
  await page.getByLabel('Role: nora').waitFor()
  await showPage(page, '#/accounts')
  const { id } = await admin().send<{ id: string }>('POST', '/accounts', { name: 'loft 9' })
  const row = rowOf(page, { id })
  await row.waitFor()
  await admin().send('PATCH', `/accounts/${id}`, { enabled: false })
  await row.getByText('disabled').waitFor()
  await showPage(page, '#/rules')
  const rule = { id: 'abroad', kind: 'geo_restriction', actions: [] }
  await admin().send('PUT', '/rules/abroad', {
    ...rule,
    params: { mode: 'block', countries: ['ES'] },
  })
  await page.locator('main a[href$="/abroad"]').waitFor()
  await showPage(page, '#/audit?filter=abroad')
  await page.getByRole('row').filter({ hasText: 'abroad' }).first().waitFor()
  await admin().send('DELETE', '/rules/abroad')
  await page.getByRole('row').filter({ hasText: 'Rule deleted' }).waitFor()
  await showPage(page, '#/destinations')
  await admin().send('POST', '/destinations', {
    name: 'door',
    kind: 'webhook',
    url: 'http://127.0.0.1:9/x',
  })
  await page.getByRole('heading', { name: 'door' }).waitFor()
})

test('of many accounts the first are there while the rest is read, and the whole list is searched without asking', async () => {
  const names = ['long list one', 'long list two']
  for (const name of names) await admin().send('POST', '/accounts', { name })
  const page = await opened('#/settings')
  const { items } = await admin().get<{ items: { name: string }[] }>('/accounts?limit=1000')
  await page.route(/\/accounts\?limit=1000$/, (route) =>
    route.fulfill({ json: { items: items.filter(({ name }) => name !== names[1]), next: 'on' } }),
  )
  const rest = await heldBack(page, 'GET', '/api/v1/accounts?limit=1000&after=on', {
    items: items.filter(({ name }) => name === names[1]),
    next: null,
  })
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts' }).click()
  await rest.asked
  await page.getByRole('link', { name: 'long list one' }).waitFor()
  await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor()
  await rest.answered()
  await page.getByRole('link', { name: 'long list two' }).waitFor()
  await loaded(page)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.getByLabel('Part of the name').fill('LIST two')
  await page.getByRole('link', { name: 'long list one' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'long list two' }).waitFor()
  expect(asked.filter((url) => url.includes('name='))).toEqual([])
})
