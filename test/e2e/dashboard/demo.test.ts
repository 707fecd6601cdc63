import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import { FINDING_KINDS } from '../../../control/detect/types.ts'
import { launchBrowser } from '../../support/programs/browser.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { adminOf } from '../world/world.ts'
import { faultsOf, faultsOnPhone } from './axe.ts'
import { browserPages } from './browser-pages.ts'
import { followLink, pagesOf, showPage } from './page-list.ts'

let service: TestService
let browser: Browser
const { openPage, expectComplaint, closePages } = browserPages(() => browser)

beforeAll(async () => {
  ;[service, browser] = await Promise.all([startService({ hasHistory: true }), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await service?.stop()
})

afterEach(closePages)

const read = async <T>(path: string): Promise<T> => await adminOf(service).get<T>(path)

/** A new address that signs in once. */
const link = async (): Promise<string> =>
  (await adminOf(service).send<{ url: string }>('POST', '/sign-in-links', { user: 'demo' })).url

interface Rows<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

test('the demo has a past: accounts, plays of 60 days, findings of every kind, trust lost', async () => {
  const log = service.logs()['control.log'] ?? ''
  const made = /history: (\d+) accounts, (\d+) plays, \d+ findings in \d+ ms/.exec(log)
  expect(Number(made?.[1])).toBe(200)
  expect(Number(made?.[2])).toBeGreaterThan(10_000)
  const findings = await read<Rows<{ kind: string; account: string }>>('/findings?limit=1000')
  const kinds = new Set(findings.items.map(({ kind }) => kind))
  for (const kind of FINDING_KINDS.filter((one) => one !== 'geo_restriction'))
    expect(kinds).toContain(kind)
  const judged = await read<Rows<{ account: string; confidence: number }>>('/sharing?limit=1000')
  const likely = judged.items.filter(({ confidence }) => confidence >= 70).length
  expect(likely).toBeGreaterThanOrEqual(10)
  expect(likely).toBeLessThanOrEqual(40)
  // Not every finding costs trust, and which is the newest depends on the hour.
  const suspect = judged.items.toSorted((a, b) => b.confidence - a.confidence)[0]?.account ?? ''
  const trust = await read<{ value: number }>(`/accounts/${encodeURIComponent(suspect)}/trust`)
  expect(trust.value).toBeLessThan(100)
  const oldest = await read<Rows<{ startedAt: number }>>('/history/plays?sort=startedAt&limit=1')
  expect(Date.now() - (oldest.items[0]?.startedAt ?? 0)).toBeGreaterThan(58 * 86_400_000)
})

test('viewers from many countries watch through the edge', async () => {
  type Session = { user_id: string; city: string | null; accuracy_km: number | null }
  await until('the viewers', async () => {
    const { items } = await read<Rows<Session>>('/sessions?limit=200')
    const ofDemo = items.filter(({ user_id: user }) => user.startsWith('own:demo-'))
    const placed = ofDemo.filter(({ city, accuracy_km: km }) => city !== null && (km ?? 0) > 0)
    return new Set(placed.map(({ city }) => city)).size > 10 && ofDemo.length >= 20
  })
})

test('notices of the last day reach the sink of the demo', async () => {
  await until('the notices', async () => {
    const answer = await fetch(`${service.origin}/notices`)
    const notices = (await answer.json()) as { notices?: { kind: string }[]; kind?: string }[]
    return notices.length > 0
  })
})

test('a rule is written as a sentence and as YAML, tried over history, applied and taken back', async () => {
  const rules = async () => {
    const answer = await service.api('/api/v1/rules')
    return ((await answer.json()) as { items: { id: string; params: unknown }[] }).items
  }
  const page = await openPage(service.ready.signIn ?? '')
  await followLink(page, 'Rules')
  await page.getByLabel('New rule').selectOption('device_velocity')
  const text = page.getByRole('textbox', { name: 'YAML' })
  await page.getByRole('spinbutton', { name: 'more than' }).fill('9')
  expect(await text.inputValue()).toContain('max: 9')
  await text.fill((await text.inputValue()).replace('max: 9', 'max: nine'))
  await page.getByRole('alert').filter({ hasText: 'params.max' }).waitFor()
  expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
  expectComplaint('400')
  await text.fill((await text.inputValue()).replace('max: nine', 'max: 8'))
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText(/Over 2\d\d accounts/).waitFor()
  await page.getByRole('status').getByRole('link').first().waitFor()
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('Applied.').waitFor()
  const made = (await rules()).find(({ id }) => id === 'device-velocity')
  expect(made?.params).toMatchObject({ max: 8 })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Applied.').waitFor({ state: 'detached' })
  expect((await rules()).map(({ id }) => id)).not.toContain('device-velocity')
  await showPage(page, '#/rules/concurrent_streams')
  const most = page.getByLabel('more streams than')
  await most.fill('9')
  for (const name of ['Apply', 'Undo']) await page.getByRole('button', { name }).click()
  await until('the draft is the rule as it was', async () => (await most.inputValue()) === '3')
})

test('the palette leads by keyboard to an account, and a destination takes a test', async () => {
  const page = await openPage(await link())
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Greta B')
  await page.getByRole('option', { name: 'Greta B.' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Greta B.' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('dest')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor()
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.locator('.preview').first().waitFor()
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByText('The service took the test.').waitFor()
})

test('a history is brought in with its progress, and its bad row told', async () => {
  const page = await openPage(await link())
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  await followLink(page, 'Imports')
  const startedAt = Date.now() - 3_600_000
  const row = { id: 'old', source: 'plex:attic', account: 'server:attic:7', startedAt }
  const buffer = Buffer.from(`${JSON.stringify(row)}\n{"id":"bad"}\n`)
  const file = { name: 'attic.ndjson', mimeType: 'application/x-ndjson', buffer }
  await page.getByLabel('File').setInputFiles(file)
  await page.getByRole('button', { name: 'Import' }).click()
  await page.getByText('2 rows: 1 added, 1 unreadable.').waitFor()
  await page.getByText('done', { exact: true }).waitFor()
  // One that somebody else begins appears by itself: the page follows the stream of events.
  const body = `${JSON.stringify({ ...row, id: 'older' })}\n`
  const headers = { 'content-type': 'application/x-ndjson' }
  await service.api('/api/v1/imports?kind=history&name=cellar', { method: 'POST', body, headers })
  const other = page.locator('section').filter({ hasText: 'cellar' })
  await other.getByText('1 row: 1 added, 0 unreadable.').waitFor()
  await other.getByText('done', { exact: true }).waitFor()
})

test('the map leads from a journey nobody can have made to its plays and its evidence', async () => {
  const page = await openPage(await link())
  await followLink(page, 'Map')
  await page.getByText(/journeys? nobody can have made/).click()
  const journey = page.getByRole('button', { name: '→' }).first()
  const [from = '', to = ''] = (await journey.innerText()).split(' → ')
  await journey.click()
  const card = page.locator('section').filter({ hasText: 'Between the end of the first' })
  await card.getByRole('listitem').nth(1).waitFor()
  expect(await card.getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringContaining(from),
    expect.stringContaining(to),
  ])
  await until('the address', async () => await Promise.resolve(page.url().includes('finding=')))
  await page.reload()
  await card.getByRole('link', { name: 'Evidence' }).click()
  await page.getByRole('figure', { name: 'When the plays ran' }).waitFor()
  await page.getByRole('application', { name: 'Map of the world' }).waitFor()
})

test('a place of the map has its people, sessions and history; a day is played back, and filtered', async () => {
  const page = await openPage(await link())
  await followLink(page, 'Map')
  const counted = page.getByText(/plays at \d+ places/)
  const count = async () => Number(/^[\d,]+/.exec(await counted.innerText())?.[0]?.replace(',', ''))
  const all = await count()
  await page.getByText('Places', { exact: true }).click()
  const busiest = page.locator('.places button').first()
  const city = (await busiest.innerText()).split(',')[0] ?? ''
  await busiest.click()
  const card = page.locator('section').filter({ hasText: /\d sessions? now/ })
  await card.getByRole('heading', { name: city }).waitFor()
  await card.locator('td[data-title="Where"]').filter({ hasText: city }).first().waitFor()
  await card.getByRole('heading', { name: /\d+ (person|people)/ }).waitFor()

  await page.getByLabel('What').selectOption('recorded')
  await until('fewer plays', async () => (await count()) < all)
  const recorded = await count()
  await page.getByLabel('What').selectOption('')
  // Some may have begun meanwhile.
  await until('all plays', async () => (await count()) > recorded)
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
  await page.getByLabel('One day').fill(day)
  const slider = page.getByRole('slider', { name: 'Time of day' })
  await slider.waitFor()
  await until('the plays of one day', async () => (await count()) < all)
  await page.getByRole('button', { name: 'Play back' }).click()
  await until(
    'the time',
    async () => (await slider.getAttribute('aria-valuetext')) !== 'The whole day',
  )
  expect(page.url()).toContain(`day=${day}`)
})

test('an account shows its homes and what ran at once, and is called fine and not', async () => {
  const accountsWith = async (kind: string) => {
    const { items } = await read<Rows<{ account: string }>>(`/findings?kind=${kind}&limit=200`)
    return items.map(({ account }) => account)
  }
  // Two households may also take turns.
  const atOnce = new Set(await accountsWith('simultaneous_places'))
  const account = (await accountsWith('second_household')).find((one) => atOnce.has(one)) ?? ''
  const feedback = async () =>
    (await read<Rows<{ kind: string }>>(`/accounts/${encodeURIComponent(account)}/feedback`)).items
  const page = await openPage(await link())
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  await showPage(page, `#/accounts/${encodeURIComponent(account)}?span=30`)
  const clock = page.getByRole('figure', { name: 'Plays over time' })
  await clock.locator('.clock-bar.overlap').first().waitFor()
  const homes = page.locator('.card').filter({ hasText: 'main home' })
  await homes.locator('.home').nth(1).waitFor()
  const shared = page.locator('.card').filter({ hasText: 'Is it shared?' })
  await shared.getByRole('button', { name: 'This is fine' }).click()
  await shared.getByText('Called fine by demo.').waitFor()
  expect((await feedback()).map(({ kind }) => kind)).toContain('account')
  await shared.getByRole('button', { name: 'Undo' }).click()
  await shared.getByRole('button', { name: 'This is fine' }).waitFor()
  expect((await feedback()).map(({ kind }) => kind)).not.toContain('account')
})

test('history between two days of a zone stands beside the days before, and is kept as a file', async () => {
  const now = Date.now()
  const dayAgo = (days: number) => new Date(now - days * 86_400_000).toISOString().slice(0, 10)
  const page = await openPage(await link())
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  await showPage(page, `#/history?from=${dayAgo(9)}&to=${dayAgo(3)}&tz=Asia%2FTokyo`)
  const plays = page.locator('.figure').filter({ hasText: 'Every play on every day it ran' })
  await plays.filter({ hasText: /[+-]?\d+%\s+before: [\d,]+/ }).waitFor()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV Plays per day' }).click(),
  ])
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  expect(lines[0]).toBe('day,plays,refusals,hours,viewers,bytes')
  expect(lines.slice(1).map((line) => line.slice(0, 10))).toEqual([9, 8, 7, 6, 5, 4, 3].map(dayAgo))
})

test('a media server is added after a test, its stream appears, and is ended from there', async () => {
  const server = await startJellyfin({ token: 'token' })
  try {
    server.stage.play([
      {
        user: { id: '7', name: 'Ines' },
        device: { id: 'tv', name: 'Television', app: 'Jellyfin Web', platform: 'webOS' },
        item: { id: '500', title: 'The Long Winter' },
        session: 'session-7',
        address: '198.51.100.7',
      },
    ])
    const page = await openPage(await link())
    await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
    await showPage(page, '#/servers')
    await page.getByLabel('Kind').selectOption('jellyfin')
    await page.getByLabel('Name').fill('attic')
    await page.getByLabel('Address').fill(server.url)
    await page.getByLabel('Token').fill('token')
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    const told = page.locator('.card').filter({ hasText: 'Add a media server' }).locator('.state')
    await told.filter({ hasText: 'It answers:' }).waitFor()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('heading', { name: 'attic' }).waitFor()
    await showPage(page, '#/now')
    const row = page.getByRole('row').filter({ hasText: 'The Long Winter' })
    await row.getByRole('button', { name: 'End' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click()
    await row.waitFor({ state: 'detached' })
    await service.api('/api/v1/media-servers/attic', { method: 'DELETE' })
  } finally {
    await server.close()
  }
})

test('axe finds nothing wrong on any page, in either theme', async () => {
  const page = await openPage(await link())
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  const faults: string[] = []
  for (const { name, hash } of await pagesOf(page, read)) {
    await showPage(page, hash)
    const note = (found: string[]) => faults.push(...found.map((fault) => `${name}: ${fault}`))
    await page.evaluate(`document.documentElement.dataset.theme = 'light'`)
    note(await faultsOf(page))
    // What else axe looks at is the same in both themes.
    await page.evaluate(`document.documentElement.dataset.theme = 'dark'`)
    note(await faultsOf(page, ['color-contrast']))
  }
  expect(faults).toEqual([])
  expect(await faultsOnPhone(page)).toEqual([])
}, 300_000)
