import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { viewer } from '../world/viewer.ts'
import { focusOn, onDashboard } from './browser-pages.ts'
import { showPage } from './page-list.ts'

const { edge, admin, opened } = onDashboard({ hasHistory: true })

/** Opens a question by the button that has the focus. */
const ask = async (page: Page): Promise<void> => {
  await page.keyboard.press('Enter')
  await focusOn(page, /^BUTTON Cancel/)
}

const keys = async (page: Page, ...pressed: string[]): Promise<void> => {
  for (const key of pressed) await page.keyboard.press(key)
}

const stateOf = async (id: string) =>
  (await admin().get<{ state: string }>(`/findings/${id}`)).state

test('findings are marked and judged as quickly as keys are hit, kept in sight, and that is taken back', async () => {
  const page = await opened('#/findings')
  const links = await page.locator('.finding-list a').all()
  const ids = await Promise.all(
    links.map(async (link) => (await link.getAttribute('href'))?.split('/').at(-1) ?? ''),
  )
  const [first = '', , third = ''] = ids
  await keys(page, 'x', 'j', 'j', 'x')
  await page.getByText('2 marked').waitFor()
  const marked = page.getByRole('group', { name: 'What is marked' })
  await marked.getByRole('button', { name: 'Dismiss' }).click()
  await page.getByText('2 findings are dismissed.').waitFor()
  expect([await stateOf(first), await stateOf(third)]).toEqual(['dismissed', 'dismissed'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('findings are dismissed.').waitFor({ state: 'detached' })
  expect([await stateOf(first), await stateOf(third)]).toEqual(['open', 'open'])
  // The list is read again after that.
  for (const id of [first, third]) await page.locator(`.finding-list a[href$="${id}"]`).waitFor()
  await showPage(page, `#/findings/${first}`)
  await page.locator(`.finding-list .chosen a[href$="${first}"]`).waitFor()
  await keys(page, ...Array.from({ length: 12 }, () => 'j'))
  // The demo goes on finding things: whichever line that leads to is in sight.
  const reached = (await page.evaluate<string>('location.hash')).split('/').at(-1) ?? ''
  expect(reached).not.toBe(first)
  const chosen = page.locator(`.finding-list .chosen:has(a[href$="${reached}"])`)
  await until('the line in sight', async () => {
    const [list, line] = [
      await page.locator('.finding-list').boundingBox(),
      await chosen.boundingBox(),
    ]
    return (line?.y ?? Infinity) < (list?.y ?? 0) + (list?.height ?? 0)
  })
})

test('single keys can be turned off', async () => {
  const page = await opened('#/settings')
  await page.getByLabel(/^Single keys/).uncheck()
  expect(await page.getByLabel(/^Single keys/).isChecked()).toBe(false)
  await showPage(page, '#/findings')
  const before = page.url()
  await keys(page, 'j', 'x', 'd')
  expect(page.url()).toBe(before)
  expect(await page.getByText('0 marked').count()).toBe(1)
  expect(await page.getByText(/^J and K/).count()).toBe(0)
})

test('an account is added, changed and banned without a mouse, and the focus is never lost', async () => {
  const page = await opened('#/accounts')
  await page.getByRole('button', { name: 'Add an account' }).focus()
  await keys(page, 'Enter')
  await focusOn(page, /^INPUT/)
  await page.keyboard.type('flat 12')
  await keys(page, 'Enter')
  await page.getByText(/playlist\.m3u\?token=/).waitFor()
  const { items } = await admin().get<{ items: { id: string }[] }>('/accounts?name=flat%2012')
  const [{ id } = { id: '' }] = items
  await page.getByRole('status').getByRole('link', { name: 'flat 12' }).focus()
  await keys(page, 'Enter')
  await page.getByRole('heading', { level: 1, name: 'flat 12' }).waitFor()
  await focusOn(page, /^MAIN/)
  await page.getByRole('button', { name: 'Change' }).focus()
  await keys(page, 'Enter')
  await page.getByLabel('Streams').fill('3')
  await page.getByLabel('Expires').fill('2030-02-01')
  await page.getByLabel('Note').fill('pays in cash')
  await keys(page, 'Enter')
  await page.getByText('pays in cash').waitFor()
  const account = await admin().get<Record<string, unknown>>(`/accounts/${id}`)
  expect(account).toMatchObject({ name: 'flat 12', maxSessions: 3, enabled: true, group: null })
  expect(new Date(Number(account['expiresAt'])).toISOString()).toMatch(/^2030-0(1-31|2-01)T/)
  await page.getByRole('button', { name: 'Ban' }).focus()
  await ask(page)
  await keys(page, 'Tab', 'Enter')
  await page.getByRole('button', { name: 'Lift' }).focus()
  expect(JSON.stringify(await admin().get(`/bans?account=own:${id}`))).toContain(id)
  await keys(page, 'Enter')
  await page.getByRole('button', { name: 'Lift' }).waitFor({ state: 'detached' })
  await focusOn(page, /^(?!BODY)/)
})

test('a stream is ended without a mouse: the focus goes on in the list; the palette leads to a page', async () => {
  const { id, token } = await admin().account(2)
  const session = await viewer(edge(), { address: '192.168.5.9', token }).play('federal-1')
  await session.poll()
  const page = await opened('#/now?filter=edge-1')
  const row = page.getByRole('row').filter({ has: page.locator(`a[href*="${id}"]`) })
  await row.getByRole('button', { name: 'End' }).focus()
  await ask(page)
  await keys(page, 'Escape')
  await focusOn(page, /^BUTTON End/)
  await ask(page)
  await keys(page, 'Tab', 'Enter')
  await row.waitFor({ state: 'detached' })
  await until('the end', async () => (await session.poll()).status === 410)
  await focusOn(page, /^(?:TR|MAIN|BUTTON|A)/)
  await keys(page, 'Control+k')
  await page.keyboard.type('destin')
  await keys(page, 'Enter')
  await page.getByRole('heading', { level: 1, name: 'Destinations' }).waitFor()
  await focusOn(page, /^(?!BODY)/)
})

test('on a phone too, setup shows the lines for nginx and whether the edge answers', async () => {
  const page = await opened('#/setup?kind=channels')
  await page.setViewportSize({ width: 320, height: 700 })
  await page.getByText('gatehouse-server.conf').waitFor()
  await page.getByRole('status').filter({ hasText: edge() }).waitFor()
})

test('a role is changed after a question; Cancel leaves it as it was', async () => {
  await admin().send('POST', '/users', { name: 'vera', role: 'viewer', password: 'one for a test' })
  const roleOf = async () =>
    (await admin().get<{ items: { name: string; role: string }[] }>('/users?limit=100')).items.find(
      ({ name }) => name === 'vera',
    )?.role
  const page = await opened('#/people')
  const choice = page.getByLabel('Role: vera')
  await choice.selectOption('owner')
  await page.getByRole('dialog').getByText('Make vera owner?').waitFor()
  await focusOn(page, /^BUTTON Cancel/)
  await keys(page, 'Enter')
  await until('the old role', async () => (await choice.inputValue()) === 'viewer')
  expect(await roleOf()).toBe('viewer')
  await choice.selectOption('operator')
  await page.getByRole('dialog').getByRole('button', { name: 'Change' }).click()
  await until('the new role', async () => (await roleOf()) === 'operator')
})
