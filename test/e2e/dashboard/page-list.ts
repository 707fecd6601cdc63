import type { Page } from 'playwright-core'

/** Waits until a page has its heading and nothing of it is being loaded. */
export const loaded = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.loading:not(.sample .state)').first().waitFor({ state: 'detached' })
}

/** Changes the address; done when the dashboard has been told of it and has drawn what it shows at once. */
const CHANGE = `(hash) => new Promise((done) => {
  const before = location.hash
  addEventListener('hashchange', () => setTimeout(done), { once: true })
  location.hash = hash
  if (location.hash === before) done()
})`

/** Shows a page of the dashboard, loaded. */
export const showPage = async (page: Page, hash: string): Promise<void> => {
  await page.evaluate(`(${CHANGE})(${JSON.stringify(hash)})`)
  await loaded(page)
}

/** Follows a link of the navigation to its page, loaded. */
export const followLink = async (page: Page, name: string): Promise<void> => {
  const link = page.getByRole('navigation').getByRole('link', { name, exact: true })
  await link.click()
  await page.locator('nav a[aria-current=page]').and(link).waitFor()
  await loaded(page)
}

interface Row {
  readonly id: string
  readonly account: string
  readonly kind: string
}

/** Every page by its name: those of the navigation, one account, one finding; `read` asks the admin API. */
export const pagesOf = async (
  page: Page,
  read: (path: string) => Promise<unknown>,
): Promise<{ name: string; hash: string }[]> => {
  const links = await page.getByRole('navigation').locator('ul a').all()
  const hashes = await Promise.all(links.map((link) => link.getAttribute('href')))
  const pages = hashes.map((hash) => ({
    name: (hash ?? '').replace('#/', ''),
    hash: hash ?? '',
  }))
  const { items } = (await read('/findings?limit=200&sort=-at')) as { items: Row[] }
  const one = items.find(({ kind }) => kind === 'simultaneous_places') ?? items[0]
  if (one === undefined) return pages
  pages.push({ name: 'account', hash: `#/accounts/${encodeURIComponent(one.account)}` })
  pages.push({ name: 'finding', hash: `#/findings/${one.id}` })
  pages.push({ name: 'setup-nginx', hash: '#/setup?kind=channels' })
  return pages
}
