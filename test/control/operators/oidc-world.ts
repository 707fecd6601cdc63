import { join } from 'node:path'
import cookie from '@fastify/cookie'
import Fastify, { type FastifyInstance } from 'fastify'
import { createSecretBox } from '../../../control/keys/secret-box.ts'
import { createOidcSignIn, type OidcSettings } from '../../../control/operators/oidc.ts'
import { cookieScope, publicAddress } from '../../../control/operators/public-address.ts'
import { createSecondFactors } from '../../../control/operators/second-factor.ts'
import { createSignIns, type SignIns } from '../../../control/operators/sign-ins.ts'
import problem from '../../../control/plugins/problem.ts'
import { createAuditTrail } from '../../../control/routes/admin/common/audit-trail.ts'
import { authRoutes } from '../../../control/routes/admin/operators/auth.ts'
import { oidcRoutes } from '../../../control/routes/admin/operators/oidc.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import { tempDir } from '../../support/cleanup.ts'
import { startProvider } from '../../support/oidc/provider.ts'

/** A provider, and the routes of signing in that use it. */
export interface OidcWorld {
  readonly app: FastifyInstance
  readonly store: Store
  readonly signIns: SignIns
  readonly issuer: string
  /** Unix milliseconds of the world's clock, which may be put forward. */
  readonly clock: { now: number }
  stop(): Promise<void>
}

export const CALLBACK_BASE = 'https://tv.example.net/gatehouse'

export const startOidcWorld = async (settings: Partial<OidcSettings> = {}): Promise<OidcWorld> => {
  const folder = await tempDir()
  const { issuer, server } = await startProvider(CALLBACK_BASE)
  const store = await openStore({ url: join(folder.path, 'operators.duckdb') })
  const clock = { now: Date.now() }
  const now = () => clock.now
  const box = createSecretBox(join(folder.path, 'secrets.key'))
  const factors = createSecondFactors(store, box, now)
  const signIns = createSignIns(store, now, factors)
  const audit = createAuditTrail(store.audit, now)
  const address = publicAddress(CALLBACK_BASE)
  const oidc = createOidcSignIn(
    {
      name: 'Our house',
      issuer,
      client_id: 'gatehouse',
      client_secret_file: null,
      scope: 'openid profile',
      name_claim: 'preferred_username',
      role_claim: 'groups',
      roles: { owner: ['tv-admins'], operator: [], viewer: ['support'] },
      ...settings,
    },
    `${CALLBACK_BASE}/api/v1/auth/oidc/callback`,
    box,
    now,
  )
  const placeOf = () => cookieScope(address, { host: 'tv.example.net', isSecure: false })
  const app = Fastify()
  await app.register(problem)
  await app.register(cookie)
  const common = { signIns, audit, placeOf }
  await app.register(
    (api, _options, done) => {
      authRoutes(api, { ...common, factors, version: '0', isDemo: false, oidc: oidc.name })
      oidcRoutes(api, { ...common, oidc, basePath: address.basePath, warn: () => undefined })
      done()
    },
    { prefix: '/api/v1' },
  )
  return {
    app,
    store,
    signIns,
    issuer,
    clock,
    stop: async () => {
      await app.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await store.close()
    },
  }
}

/** Goes through the provider's own pages as somebody, from the address we lead to; returns where it leads back to. */
export const signInAtProvider = async (address: string, login: string): Promise<string> => {
  const cookies = new Map<string, string>()
  let next = address
  let form: URLSearchParams | null = null
  for (let step = 0; step < 12; step += 1) {
    const answer: Response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === null ? {} : { method: 'POST', body: form }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const place = answer.headers.get('location')
    form = null
    if (place?.startsWith(CALLBACK_BASE) === true) return place
    if (place === null) {
      const page = await answer.text()
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? ''
      if (prompt === '') throw new Error(`${answer.status}: ${page.slice(0, 300)}`)
      form = new URLSearchParams({ prompt, login, password: 'any' })
    } else next = new URL(place, next).href
  }
  throw new Error('the provider leads in circles')
}
