import { TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TestNginx } from '../../support/nginx/nginx.ts'
import { launchBrowser } from '../../support/programs/browser.ts'
import { until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import { openEvents } from '../world/event-stream.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, PATIENT, worldConfig } from '../world/world.ts'
import { browserPages, focusOn } from './browser-pages.ts'
import { expectNoGuess } from './masked-guesses.ts'
import { followLink } from './page-list.ts'
import { expectAnswersBelowPath, expectBelowPath, startProxied } from './proxied.ts'
import { allRoutes, PUBLIC } from './public-routes.ts'

let service: TestService
let browser: Browser
let proxy: TestNginx
let admin: ReturnType<typeof adminOf>
const { openPage, expectComplaint, closePages } = browserPages(() => browser)

beforeAll(async () => {
  ;[{ service, proxy }, browser] = await Promise.all([
    startProxied(worldConfig({ clocks: PATIENT })),
    launchBrowser(),
  ])
  admin = adminOf(service)
})
afterAll(async () => {
  await browser?.close()
  await proxy?.stop()
  await service?.stop()
})
afterEach(closePages)

const linkFor = async (user: string): Promise<string> =>
  (await admin.send<{ url: string }>('POST', '/sign-in-links', { user })).url

/** Rows about an account: they link to it. */
const of = (page: Page, { id }: { readonly id: string }) => ({
  has: page.locator(`a[href*="${id}"]`),
})

/** Somebody watches a channel on an account of his own. */
const watching = async (known?: Awaited<ReturnType<typeof admin.account>>) => {
  const account = known ?? (await admin.account(2))
  const player = viewer(service.edge, { address: '192.168.5.9', token: account.token })
  const session = await player.play('federal-1')
  await session.poll()
  await until('the session', async () => (await admin.sessions(account.id)).length === 1)
  return { account, session }
}

test('the link that run prints signs in once; a stream appears, is ended, and its player refused', async () => {
  const page = await openPage(service.ready.signIn ?? '')
  await page.getByText('Nobody plays.').waitFor()
  const { account, session } = await watching()
  const row = page.getByRole('row').filter(of(page, account))
  await row.waitFor()
  expect(await row.innerText()).toMatch(/federal-1[^]*\bHLS\b/)
  await row.getByRole('button', { name: 'End' }).click()
  const dialog = page.getByRole('dialog')
  await focusOn(page, /^BUTTON Cancel/)
  await dialog.getByRole('button', { name: 'End' }).click()
  await row.waitFor({ state: 'detached' })
  await until('the end', async () => (await session.poll()).status === 410)

  const again = await openPage(service.ready.signIn ?? '')
  await again.getByText('This link was used').waitFor()
  expectComplaint('401')
})

test('an account is banned in the row, found among the bans, and let in again', async () => {
  const { account, session } = await watching()
  const page = await openPage(await linkFor('demo'))
  const row = page.getByRole('row').filter(of(page, account))
  await row.getByRole('button', { name: 'Ban' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await until('the ban', async () => (await session.poll()).reason === 'ban.account')
  await followLink(page, 'System')
  const ban = page.getByRole('listitem').filter({ hasText: account.id })
  await ban.getByRole('button', { name: 'Lift' }).click()
  await ban.waitFor({ state: 'detached' })
  expect(await admin.bans(account.id)).toEqual([])
})

test('a refusal is explained in two clicks, and the address keeps the question', async () => {
  const { account } = await watching()
  const page = await openPage(await linkFor('demo'))
  await page.getByRole('row').filter(of(page, account)).getByRole('link', { name: 'Why' }).click()
  await page.getByText('192.168.0.0/16').or(page.getByText('home')).first().waitFor()
  expect(page.url()).toContain('ip=192.168.5.9')
  await page.reload()
  await page.getByRole('status').getByText('Group home').first().waitFor()
})

test('an owner adds a viewer, who sees names and addresses masked and may act on nothing', async () => {
  const owner = await openPage(await linkFor('demo'))
  await followLink(owner, 'People')
  await owner.getByLabel('Name').fill('Support')
  await owner.getByLabel('Password').fill('support of ours')
  await owner.getByRole('button', { name: 'Add' }).click()
  await owner.getByText('support', { exact: true }).waitFor()
  const { account } = await watching()

  const page = await openPage(`${service.admin}/`)
  await page.getByLabel('Name').fill('support')
  await page.getByLabel('Password').fill('wrong password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  expectComplaint('401')
  await page.getByLabel('Password').fill('support of ours')
  await page.getByRole('button', { name: 'Sign in' }).click()
  const row = page.getByRole('row').filter({ hasText: 'federal-1' }).first()
  await row.waitFor()
  const shown = await page.locator('body').innerText()
  expect(shown).toContain('192.168.•.•')
  expect(shown).not.toContain('192.168.5.9')
  expect(shown).not.toContain(account.id)
  expect(await page.getByRole('button', { name: 'End' }).count()).toBe(0)
  expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
  // Pages a viewer may not open are not led to.
  expect(await page.getByRole('row').getByRole('link').count()).toBe(0)
})

test.each([320, 390, 800, 1280])(
  'every page shows itself in Russian at %i pixels, without a cut column',
  async (width) => {
    await watching()
    const page = await openPage(await linkFor('demo'), { locale: 'ru-RU', width })
    await page.getByRole('heading', { name: 'Сейчас' }).waitFor()
    const links = await page.getByRole('navigation').getByRole('link').all()
    const titles = await Promise.all(links.map((link) => link.innerText()))
    for (const title of titles.slice(0, -1)) {
      await followLink(page, title)
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(wide, title).toBeLessThanOrEqual(0)
    }
  },
)

test('settings: a second factor, another password, a token that works once it is made', async () => {
  await admin.send('POST', '/users', { name: 'petra', role: 'owner', password: 'first password' })
  const page = await openPage(await linkFor('petra'))
  await followLink(page, 'Settings')
  await page.getByRole('button', { name: 'Turn it on' }).click()
  const secret = await page.locator('code').innerText()
  await page.getByRole('img', { name: 'QR code' }).waitFor()
  const totp = new TOTP({ secret })
  await page.getByLabel('Code of the authenticator app').fill(totp.generate())
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('button', { name: 'Turn it off' }).waitFor()

  await page.getByLabel('Present password').fill('some other password')
  await page.getByLabel('New password').fill('second password')
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.getByText('The password of before is wrong.').waitFor()
  expectComplaint('409')
  await page.getByLabel('Present password').fill('first password')
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.getByText('Changed.').waitFor()
  const refused = await fetch(`${service.admin}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'petra', password: 'second password' }),
  })
  expect(((await refused.json()) as { type: string }).type).toContain('totp.required')

  const tokens = page.locator('section').filter({ hasText: 'API tokens' })
  await tokens.getByLabel('Name').fill('grafana')
  await tokens.getByLabel('Scopes').fill('metrics:read')
  await tokens.getByLabel('Days').fill('30')
  await tokens.getByRole('button', { name: 'Add' }).click()
  const token = await tokens.locator('code').innerText()
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${service.admin}/metrics`, { headers })).status).toBe(200)
  expect((await fetch(`${service.admin}/api/v1/sessions`, { headers })).status).toBe(403)

  await page.getByLabel('Time zone').selectOption('Pacific/Kiritimati')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  expect(await page.getByLabel('Time zone').inputValue()).toBe('Pacific/Kiritimati')
})

test('setup: the lines for an own nginx name the folder, and the edge is asked whether it answers', async () => {
  const page = await openPage(await linkFor('demo'))
  await followLink(page, 'Setup')
  await page.getByLabel('Channels: playlists').check()
  await page.getByLabel('Folder').fill('/srv/nginx/gate')
  await page.getByText('include /srv/nginx/gate/gatehouse-server.conf;').waitFor()
  await page.getByText('It answers').waitFor()
  await page.getByText(`${service.edge}/health`).waitFor()
})

test('behind a proxy the dashboard lies below its path, whether the proxy takes it off or not', async () => {
  const link = await linkFor('demo')
  await expectBelowPath(await openPage(link), link)
  await expectAnswersBelowPath([new URL(link).origin, proxy.url])
  expect((await fetch(`${service.admin}/api/v1/auth`)).status).toBe(200)
})

/** Signs in over the API: the cookie, and what changes must carry. */
async function signIn(name: string, password: string) {
  const answer = await fetch(`${service.admin}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  })
  const cookie = answer.headers.get('set-cookie') ?? ''
  const { csrf } = (await answer.json()) as { csrf: string }
  return { cookie, csrf }
}

test('no route answers a stranger, and a viewer reads but what a viewer may', async () => {
  const routes = await allRoutes(service.admin)
  expect(routes.length).toBeGreaterThan(70)
  const open: string[] = []
  for (const { method, path } of routes) {
    const { status } = await fetch(`${service.admin}/api/v1${path}`, { method })
    if (status !== 401) open.push(`${method} ${path}`)
  }
  expect(open.toSorted()).toEqual(PUBLIC.toSorted())

  await admin.send('POST', '/users', { name: 'watcher', role: 'viewer', password: 'only watching' })
  const { cookie, csrf } = await signIn('watcher', 'only watching')
  const headers = { cookie: cookie.split(';', 1)[0] ?? '', 'x-gatehouse-csrf': csrf }
  const allowed: string[] = []
  for (const { method, path } of routes) {
    if (PUBLIC.includes(`${method} ${path}`) || path === '/events') continue
    const { status } = await fetch(`${service.admin}/api/v1${path}`, { method, headers })
    if (status !== 403) allowed.push(`${method} ${path}`)
  }
  expect(
    allowed.filter(
      (route) =>
        !/^GET \/(sessions|live|devices|networks|history|accounts\/x\/(?:plays|devices))/.test(
          route,
        ) && !/^[A-Z]+ \/auth\/(sign-ins|totp|password)/.test(route),
    ),
  ).toEqual([])
  // What leaves as a stream cannot be masked.
  const whole = await fetch(
    `${service.admin}/api/v1/history/plays.ndjson?from=0&to=9999999999999`,
    { headers },
  )
  expect(whole.status).toBe(403)
  await watching()
  await expectNoGuess(service.admin, headers)
})

test('the cookie is for our pages alone, and a change without their mark is refused', async () => {
  await admin.send('POST', '/users', { name: 'second', role: 'owner', password: 'a second owner' })
  const { cookie, csrf } = await signIn('second', 'a second owner')
  expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict/)
  const change = async (more: Record<string, string>) =>
    await fetch(`${service.admin}/api/v1/accounts`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: cookie.split(';', 1)[0] ?? '',
        ...more,
      },
      body: JSON.stringify({ name: 'made by hand' }),
    })
  expect((await change({})).status).toBe(403)
  expect((await change({ 'x-gatehouse-csrf': `${csrf}x` })).status).toBe(403)
  const foreign = { 'x-gatehouse-csrf': csrf, 'sec-fetch-site': 'cross-site' }
  expect((await change(foreign)).status).toBe(403)
  expect((await change({ 'x-gatehouse-csrf': csrf })).status).toBe(201)
})

test('events come as they happen, and again to who comes back', async () => {
  const headers = { authorization: `Bearer ${service.adminToken}` }
  const open = async (more: Record<string, string> = {}) =>
    await openEvents(`${service.admin}/api/v1/events`, { ...headers, ...more })
  const account = await admin.account(2)
  const isOpened = (text: string) =>
    text.split('\n\n').some((it) => /^event: session\.opened$/m.test(it) && it.includes(account.id))
  const first = await open()
  await watching(account)
  const seen = await first(isOpened)
  const id = /^id: (.+)$/m.exec(seen)?.[1] ?? ''
  const other = await watching()
  const again = await open({ 'last-event-id': id })
  const missed = await again((text) => text.includes(other.account.id))
  expect(missed).not.toContain('event: reset')
  const late = await open({ 'last-event-id': 'another-1' })
  const lost = await late((text) => text.includes('event: reset'))
  expect(lost).toContain('data: {}')
})
