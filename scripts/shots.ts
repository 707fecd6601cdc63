/** Takes pictures of every page of the dashboard, with the demo's data. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { reportAndExit } from '../control/runtime/failure.ts'
import { pagesOf, showPage } from '../test/e2e/dashboard/page-list.ts'
import { pause } from '../test/support/pause.ts'
import { launchBrowser } from '../test/support/programs/browser.ts'
import { startService, type TestService } from '../test/support/programs/service.ts'
import { readOptions } from './options.ts'

const HELP = `Usage: npm run shots -- [--out DIR] [--pages NAMES] [--widths PIXELS] [--themes NAMES] [--languages NAMES] [--screen]

Starts the demo and writes a picture of every page of the dashboard, at each width, in each theme and language.

  --out DIR           where to (default: shots)
  --pages NAMES       only these, separated by commas: now,map,account
  --widths PIXELS     default: 390,1280
  --themes NAMES      default: light,dark
  --languages NAMES   default: en,ru
  --screen            the first screen alone, small enough for docs/pictures
`

/** A kind of reader. */
interface Look {
  readonly theme: string
  readonly language: string
}

const HEIGHT = 900
/** Until numbers have arrived and the map is drawn. */
const SETTLE_MS = 250

const linkOf = async (service: TestService): Promise<string> => {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', body: JSON.stringify({ user: 'demo' }), headers }
  const answer = await service.api('/api/v1/sign-in-links', init)
  return ((await answer.json()) as { url: string }).url
}

const signIn = async (browser: Browser, service: TestService, look: Look): Promise<Page> => {
  const context = await browser.newContext({ locale: look.language, reducedMotion: 'reduce' })
  await context.addInitScript(
    `localStorage.setItem('gatehouse.theme', '${look.theme}'); localStorage.setItem('gatehouse.language', '${look.language}')`,
  )
  const page = await context.newPage()
  await page.goto(await linkOf(service))
  await page.getByRole('navigation').waitFor()
  return page
}

const shoot = async (page: Page, hash: string, file: string, fullPage: boolean): Promise<void> => {
  await showPage(page, hash)
  await pause(SETTLE_MS)
  writeFileSync(file, await page.screenshot({ fullPage, animations: 'disabled' }))
}

const main = async (): Promise<void> => {
  const { out, pages, widths, themes, languages, screen } = readOptions(HELP, {
    out: { type: 'string', default: 'shots' },
    pages: { type: 'string', default: '' },
    widths: { type: 'string', default: '390,1280' },
    themes: { type: 'string', default: 'light,dark' },
    languages: { type: 'string', default: 'en,ru' },
    screen: { type: 'boolean', default: false },
  })
  const folder = resolve(out)
  mkdirSync(folder, { recursive: true })
  const [service, browser] = await Promise.all([
    startService({ hasHistory: true }),
    launchBrowser(),
  ])
  try {
    for (const language of languages.split(','))
      for (const theme of themes.split(',')) {
        const page = await signIn(browser, service, { theme, language })
        const read = async (path: string) => await (await service.api(`/api/v1${path}`)).json()
        const list = await pagesOf(page, read)
        const wanted = list.filter(({ name }) => pages === '' || pages.split(',').includes(name))
        for (const width of widths.split(',')) {
          await page.setViewportSize({ width: Number(width), height: HEIGHT })
          for (const { name, hash } of wanted)
            await shoot(
              page,
              hash,
              join(folder, `${name}-${width}-${theme}-${language}.png`),
              !screen,
            )
        }
        await page.context().close()
      }
  } finally {
    await browser.close()
    await service.stop()
  }
  process.stdout.write(`The pictures lie in ${folder}.\n`)
}

await main().catch(reportAndExit)
