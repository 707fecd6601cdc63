import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { adminOf } from '../world/world.ts'
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
  let complaints: string[] = []
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
    /** Errors of the console that the test brought about itself. */
    expectComplaint: (part: string): void => {
      expect(complaints.filter((text) => text.includes(part))).not.toEqual([])
      complaints = complaints.filter((text) => !text.includes(part))
    },
    /** Closes the test's pages; fails where one of them complained. */
    closePages: async (): Promise<void> => {
      for (const context of contexts.splice(0)) await context.close()
      const found = complaints
      complaints = []
      expect(found).toEqual([])
    },
  }
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
