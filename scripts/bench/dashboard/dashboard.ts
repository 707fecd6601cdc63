import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import { reportAndExit } from '../../../control/runtime/failure.ts'
import { adminOf } from '../../../test/e2e/world/world.ts'
import { launchBrowser } from '../../../test/support/programs/browser.ts'
import { until } from '../../../test/support/programs/port.ts'
import { startService } from '../../../test/support/programs/service.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { positive, readOptions } from '../../options.ts'
import { measureMap } from './map.ts'
import { middle, timeOf } from './time-of.ts'

const USAGE = `Usage: npm run bench:dashboard -- [--rows N] [--slowed N] [--rounds N]

How quick the dashboard is: a media server on loopback shows so many streams; Chromium with a slowed processor opens what plays now, sorts, filters, groups
and scrolls, then moves about on a map of 100,000 places and lets its day pass. Prints the first paint and the time from each deed to the next picture, the middle of the rounds; of the map also
the worst. Exit code 1 where a target is missed.

  --rows N      default: 5000
  --slowed N    how many times slower the processor is, default: 4
  --rounds N    default: 5
`

const values = readOptions(USAGE, {
  rows: { type: 'string' },
  slowed: { type: 'string' },
  rounds: { type: 'string' },
})

const TARGETS = { paintMs: 1000, deedMs: 100, frameMs: 50 }
const TOKEN = 'token'
const CHANNELS = 40
const ACCOUNTS = 3500

const print = (line: string): void => void process.stdout.write(`${line}\n`)

const playOf = (n: number) => ({
  user: { id: String(n % ACCOUNTS), name: `Viewer ${(n * 7919) % ACCOUNTS}` },
  device: { id: `device-${n}`, name: 'Television', app: 'Jellyfin Web', platform: 'webOS' },
  item: { id: String(500 + (n % CHANNELS)), title: `Film ${(n * 31) % CHANNELS}` },
  session: `session-${n}`,
  address: `198.51.${n % 100}.${(n % 250) + 1}`,
})

/** What a person does, as a script that runs in the page. */
const DEEDS: Readonly<Record<string, (round: number) => string>> = {
  sort: () => `document.querySelectorAll('button.sort')[1].click()`,
  filter: (round) => `{
    const field = document.querySelector('.page-tools input')
    field.value = ${JSON.stringify(['film 1', 'viewer 3', '198.51.7', 'film', 'nobody'])}[${round} % 5]
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }`,
  'filter off': () => `{
    const field = document.querySelector('.page-tools input')
    field.value = ''
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }`,
  group: (round) => `{
    const choice = document.querySelector('.page-tools select')
    choice.value = ${JSON.stringify(['account', 'channel', 'none', 'source', 'none'])}[${round} % 5]
    choice.dispatchEvent(new Event('change', { bubbles: true }))
  }`,
  scroll: (round) => `scrollTo(0, ${20_000 * ((round % 4) + 1)})`,
}

const measure = async (page: Page, link: string): Promise<Record<string, number>> => {
  const slow = await page.context().newCDPSession(page)
  await page.goto(link)
  await page.locator('tbody tr').first().waitFor()
  // Signed in now: the page is opened anew, at full speed, as the target of its paint says.
  await page.reload()
  await page.locator('tbody tr').first().waitFor()
  const paint = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
  )
  await slow.send('Emulation.setCPUThrottlingRate', { rate: positive(values.slowed, 4) })
  const found: Record<string, number> = { 'first paint': paint }
  for (const [name, deed] of Object.entries(DEEDS)) {
    const times: number[] = []
    for (let round = 0; round < positive(values.rounds, 5); round += 1)
      times.push(await timeOf(page, deed(round)))
    found[name] = middle(times)
  }
  return found
}

const main = async (): Promise<void> => {
  const rows = positive(values.rows, 5000)
  const folder = await tempDir()
  const server = await startJellyfin({ token: TOKEN })
  server.stage.play(Array.from({ length: rows }, (_, n) => playOf(n)))
  const tokenFile = join(folder.path, 'token')
  writeFileSync(tokenFile, `${TOKEN}\n`)
  const service = await startService({
    config: `admin: { listen: __ADMIN__ }
media_servers: [{ name: house, kind: jellyfin, url: '${server.url}', token_file: ${tokenFile} }]
`,
  })
  const browser = await launchBrowser()
  try {
    const admin = adminOf(service)
    await admin.send('POST', '/users', { name: 'bench', role: 'owner', password: 'only a bench' })
    await until('the streams', async () => {
      const { items } = await admin.get<{ items: { plays: number }[] }>('/media-servers')
      return (items[0]?.plays ?? 0) >= 0.99 * rows
    })
    const { url } = await admin.send<{ url: string }>('POST', '/sign-in-links', { user: 'bench' })
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } })
    const found = await measure(page, url)
    print(`${rows} rows, processor slowed ${values.slowed ?? '4'} times:`)
    for (const [name, ms] of Object.entries(found))
      print(`  ${name.padEnd(12)} ${ms.toFixed(0)} ms`)
    const { 'first paint': paint = Number.NaN, ...deeds } = found
    const moved = await measureMap(page)
    print('100,000 places on the map:')
    for (const [name, times] of Object.entries(moved))
      print(
        `  ${name.padEnd(12)} ${middle(times).toFixed(0)} ms, at worst ${Math.max(...times).toFixed(0)} ms`,
      )
    const isMet =
      paint <= TARGETS.paintMs &&
      Object.values(deeds).every((ms) => ms <= TARGETS.deedMs) &&
      Object.values(moved).every((times) => middle(times) <= TARGETS.frameMs)
    print(isMet ? 'Every target is met.' : `Targets: ${JSON.stringify(TARGETS)}: missed.`)
    process.exitCode = isMet ? 0 : 1
  } finally {
    await browser.close()
    await service.stop()
    await server.close()
    await folder.remove()
  }
}

await main().catch(reportAndExit)
