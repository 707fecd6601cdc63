import { expect, test } from 'vitest'
import { startFakeService } from '../../support/notify/fake-service.ts'
import { worldConfig } from '../world/world.ts'
import { focusOn, onDashboard } from './browser-pages.ts'

const more = 'plans:\n  - { name: flat, max_sessions: 7 }\n'
const { admin, opened } = onDashboard({ config: worldConfig({ more }) })

test('many accounts are given a plan, an end and a note, switched off and banned after a question', async () => {
  const ids: string[] = []
  for (const name of ['block a', 'block b', 'block c', 'other'])
    ids.push((await admin().send<{ id: string }>('POST', '/accounts', { name })).id)
  const all = async () =>
    await Promise.all(
      ids.map(async (id) => await admin().get<Record<string, unknown>>(`/accounts/${id}`)),
    )
  const page = await opened('#/accounts?name=block')
  const rows = page.getByRole('table', { name: 'Accounts' }).getByRole('row')
  await rows.filter({ hasText: 'block c' }).waitFor()
  expect(await rows.filter({ hasText: 'other' }).count()).toBe(0)
  await rows.filter({ hasText: 'block b' }).getByRole('checkbox').check()
  await page.getByText('1 marked').waitFor()
  await page.getByLabel('0 marked').or(page.getByLabel('1 marked')).click()
  await page.getByText('3 marked').waitFor()
  const form = page.getByRole('form', { name: 'What is done to the marked accounts' })
  const dialog = page.getByRole('dialog')
  const change = async (deed: string, fill: () => Promise<unknown>) => {
    if ((await page.getByText('0 marked').count()) > 0) await page.getByLabel('0 marked').click()
    await page.getByText('3 marked').waitFor()
    await form.getByLabel('What is done to the marked accounts').selectOption(deed)
    await fill()
    await form.getByRole('button').click()
    await dialog.getByText('Change 3 accounts?').waitFor()
    await focusOn(page, /^BUTTON Cancel/)
    await dialog.getByRole('button').last().click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('0 marked').waitFor()
  }
  await change('plan', () => form.getByLabel('Plan').selectOption('flat'))
  await change('expires', () => form.getByLabel('Expires').fill('2031-05-06'))
  await change('note', () => form.getByLabel('Note').fill('block'))
  await change('off', () => Promise.resolve())
  const [first, , , other] = await all()
  expect(first).toMatchObject({ plan: 'flat', note: 'block', enabled: false })
  expect(new Date(Number(first?.['expiresAt'])).toISOString()).toMatch(/^2031-05-0[56]T/)
  expect(other).toMatchObject({ plan: null, note: null, enabled: true })
  await rows.filter({ hasText: 'block a' }).getByText('disabled').waitFor()
  await change('ban', () => form.getByLabel('How long').selectOption('168'))
  for (const id of ids.slice(0, 3)) {
    const [ban] = await admin()
      .get<{ items: { until: number }[] }>(`/bans?account=own:${id}`)
      .then(({ items }) => items)
    expect((Number(ban?.until) - Date.now()) / 3_600_000).toBeCloseTo(168, 0)
  }
  expect(await admin().bans(`own:${ids[3]}`)).toEqual([])
})

test('accounts of a media server are left out of what only ours have, and that is said', async () => {
  const { id } = await admin().send<{ id: string }>('POST', '/accounts', { name: 'hall a' })
  const play = { source: 'plex:hall', startedAt: Date.now() - 7_200_000 }
  const plays = [0, 1, 2].map((n) => ({
    ...play,
    id: `hall-${n}`,
    account: 'server:hall:7',
    accountName: 'hall guest',
  }))
  await admin().send('POST', '/history/plays', { plays })
  await admin().send('POST', '/sharing/assess', {})
  const page = await opened('#/accounts?name=hall')
  const rows = page.getByRole('table', { name: 'Accounts' }).getByRole('row')
  await rows.filter({ hasText: 'hall guest' }).getByRole('checkbox').check()
  await page.getByText('1 marked').waitFor()
  const form = page.getByRole('form', { name: 'What is done to the marked accounts' })
  await form.getByRole('button').click()
  await page.getByRole('alert').getByText('1 account of a media server').waitFor()
  await rows.filter({ hasText: 'hall a' }).getByRole('checkbox').check()
  await page.getByText('2 marked').waitFor()
  await form.getByLabel('Plan').selectOption('flat')
  await form.getByRole('button').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Change 1 account?').waitFor()
  await dialog.getByText('Plan: flat. 1 account of a media server').waitFor()
  await dialog.getByRole('button').last().click()
  await dialog.waitFor({ state: 'detached' })
  expect(await admin().get(`/accounts/${id}`)).toMatchObject({ plan: 'flat' })
})

test('a destination is changed on its page: what is not typed anew stays, its secret among it', async () => {
  const hook = await startFakeService(() => ({ status: 200 }))
  try {
    const secret = 'a key of the signature'
    const made = { name: 'desk', kind: 'webhook', url: `${hook.url}/hidden`, secret }
    await admin().send('POST', '/destinations', made)
    const page = await opened('#/destinations')
    const card = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: 'desk' }) })
    await card.getByRole('button', { name: 'Change' }).click()
    await card.getByLabel('From severity').selectOption('high')
    await card.getByLabel('Events').fill('finding.*, !finding.hosting_network')
    await card.getByRole('button', { name: 'Save' }).click()
    await card.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    const shown = await admin().get<Record<string, unknown>>('/destinations/desk')
    expect(shown).toMatchObject({
      least_severity: 'high',
      events: ['finding.*', '!finding.hosting_network'],
      secret: '***',
    })
    await card.getByRole('button', { name: 'Send a test' }).click()
    await card.getByText('The service took the test.').waitFor()
    expect(hook.requests.map(({ path }) => path)).toEqual(['/hidden'])
    await card.getByRole('button', { name: 'Change' }).click()
    await card.getByLabel('Quiet from').fill('23:00')
    await card.getByLabel('Quiet until').fill('07:30')
    await card.getByLabel('Sent in quiet hours too').selectOption('high')
    await card.getByLabel('Messages').selectOption('week')
    await card.locator('select[name=digest_weekday]').selectOption('friday')
    await card.getByLabel('At', { exact: true }).fill('18:15')
    await card.getByLabel('Title in words').fill('{{name}}!')
    await card.getByRole('button', { name: 'Save' }).click()
    await card.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    expect(await admin().get('/destinations/desk')).toMatchObject({
      quiet_hours: { from: '23:00', to: '07:30', let_through: 'high' },
      digest: { every: 'week', weekday: 'friday', at: '18:15' },
      template: { title: '{{name}}!' },
      secret: '***',
    })
    await card.getByRole('button', { name: 'Change' }).click()
    await card.getByLabel('Quiet from').fill('')
    await card.getByLabel('Quiet until').fill('')
    await card.getByLabel('Messages').selectOption('')
    await card.getByLabel('Key of the signature').fill('')
    await card.getByLabel('Is sent to').uncheck()
    await card.getByRole('button', { name: 'Save' }).click()
    await card.getByText('off', { exact: true }).waitFor()
    const last = await admin().get('/destinations/desk')
    for (const gone of ['secret', 'quiet_hours', 'digest']) expect(last).not.toHaveProperty(gone)
    expect(last).toMatchObject({ template: { title: '{{name}}!' } })
  } finally {
    await hook.stop()
  }
})
