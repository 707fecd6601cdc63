import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'
import { freePort } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'

/** Address of somebody as the proxy gives it. */
const FORWARDED = '203.0.113.50'

/** A whole Gatehouse whose dashboard lies below `/gatehouse` of an nginx, which leaves the path on; at `proxy.url` it takes it off. */
export const startProxied = async (
  config: string,
): Promise<{ readonly service: TestService; readonly proxy: TestNginx }> => {
  const port = await freePort()
  const place = `public_url: 'http://127.0.0.1:${port}/gatehouse', trusted_proxies: [127.0.0.1/32]`
  const service = await startService({
    config: config.replace('listen: __ADMIN__', `$&, ${place}`),
  })
  const forward = `proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For ${FORWARDED};`
  const serve = (at: string, to: string) =>
    `server { listen ${at}; location /gatehouse/ { ${forward} proxy_pass ${to}; } }`
  const conf = [
    serve(`127.0.0.1:${port}`, service.admin),
    serve('127.0.0.1:__PORT__', `${service.admin}/`),
  ].join('\n')
  return { service, proxy: await startNginx({ conf }) }
}

/** A page that a link has signed in: its cookie, the address of the person, and a second look. */
export const expectBelowPath = async (page: Page, link: string): Promise<void> => {
  expect(link).toContain('/gatehouse/#/sign-in?link=')
  const now = page.getByRole('heading', { level: 1, name: 'Now' })
  await now.waitFor()
  const cookies = await page.context().cookies(link)
  expect(cookies).toMatchObject([{ path: '/gatehouse', httpOnly: true, sameSite: 'Strict' }])
  const mine: unknown = await page.evaluate("fetch('api/v1/auth/sign-ins').then((it) => it.json())")
  expect(JSON.stringify(mine)).toContain(FORWARDED)
  await page.reload()
  await now.waitFor()
}

/** Pages, API and descriptions below the path at each address. */
export const expectAnswersBelowPath = async (places: readonly string[]): Promise<void> => {
  for (const place of places) {
    const html = await (await fetch(`${place}/gatehouse`)).text()
    const asset = /src="([^"]+\.js)"/.exec(html)?.[1] ?? ''
    expect(asset).toMatch(/^(?:\.\/)?assets/)
    const statuses = await Promise.all(
      [asset, 'api/v1/auth', 'api/docs', 'api/openapi.json', 'api/v1/accounts'].map(
        async (path) => (await fetch(new URL(path, `${place}/gatehouse/`))).status,
      ),
    )
    expect([place, ...statuses]).toEqual([place, 200, 200, 200, 200, 401])
  }
}
