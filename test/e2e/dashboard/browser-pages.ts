import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser } from '../../support/programs/browser.ts'
import { until } from '../../support/programs/port.ts'
import {
  type ServiceOptions,
  startService,
  type TestService,
} from '../../support/programs/service.ts'
import { adminOf } from '../world/world.ts'
import { showPage } from './page-list.ts'

/** How a page is opened. */
export interface PageOptions {
  readonly locale?: string
  readonly width?: number
  /** Only complaints about this address count: another one's pages are opened on the way. */
  readonly only?: string
}

/** Pages of a browser whose errors fail the test: exceptions, the console's, and what the policy forbids. */
export const browserPages = (browser: () => Browser) => {
  const complaints: string[] = []
  const expected: string[] = []
  const contexts: BrowserContext[] = []
  return {
    openPage: async (address: string, options: PageOptions = {}): Promise<Page> => {
      const { locale = 'en-GB', width = 1280, only = '' } = options
      const context = await browser().newContext({ locale, viewport: { width, height: 800 } })
      contexts.push(context)
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        const isOurs = message.location().url.startsWith(only)
        if (message.type() === 'error' && isOurs) complaints.push(message.text())
      })
      await page.goto(address)
      return page
    },
    /** Errors of the console that the test brings about itself, before or after this: at least one until the end of the test. */
    expectComplaint: (part: string): void => void expected.push(part),
    /** Closes the test's pages; fails where one of them complained, or did not though it was expected. */
    closePages: async (): Promise<void> => {
      for (const context of contexts.splice(0)) await context.close()
      const [found, parts] = [complaints.splice(0), expected.splice(0)]
      const isExpected = (text: string) => parts.some((part) => text.includes(part))
      expect(found.filter((text) => !isExpected(text))).toEqual([])
      for (const part of parts) expect(found.join('\n')).toContain(part)
    },
  }
}

/** Waits until what has the focus, its element and words, is as it should be: asked for each time, since the page's policy lets nothing in it compile a text. */
export const focusOn = async (page: Page, wanted: RegExp): Promise<void> => {
  const focus = `document.activeElement.tagName + ' ' + document.activeElement.textContent.slice(0, 40)`
  await until(`the focus on ${wanted.source}`, async () =>
    wanted.test(await page.evaluate<string>(focus)),
  )
}

/** The dashboard of the demo, signed in as its owner, on a page. */
export const openAsOwner = async (
  openPage: (address: string) => Promise<Page>,
  admin: Pick<ReturnType<typeof adminOf>, 'send'>,
  hash: string,
): Promise<Page> => {
  const { url } = await admin.send<{ url: string }>('POST', '/sign-in-links', { user: 'demo' })
  const page = await openPage(url)
  await page.getByRole('heading', { level: 1, name: 'Now' }).waitFor()
  await showPage(page, hash)
  return page
}

/** A Gatehouse of a test file's own and a browser, there while its tests run. */
export const onDashboard = (options: ServiceOptions) => {
  let service: TestService | undefined
  let browser: Browser | undefined
  let admin: ReturnType<typeof adminOf> | undefined
  const there = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error('it is there while tests run')
    return one
  }
  const { openPage, expectComplaint, closePages } = browserPages(() => there(browser))
  beforeAll(async () => {
    ;[service, browser] = await Promise.all([startService(options), launchBrowser()])
    admin = adminOf(service)
  })
  afterAll(async () => {
    await browser?.close()
    await service?.stop()
  })
  afterEach(closePages)
  return {
    edge: () => there(service).edge,
    /** The address of the admin listener, and of the dashboard. */
    address: () => there(service).admin,
    admin: () => there(admin),
    openPage,
    expectComplaint,
    opened: async (hash: string): Promise<Page> => await openAsOwner(openPage, there(admin), hash),
  }
}
