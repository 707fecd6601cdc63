import { createHmac } from 'node:crypto'
import type { Config } from '../../config/schema/schema.ts'
import { createSecretBox } from '../../keys/secret-box.ts'
import { type ApiTokens, createApiTokens, isApiToken } from '../../operators/api-tokens.ts'
import { createOidcSignIn, type OidcSignIn } from '../../operators/oidc.ts'
import { cookieScope, type PublicAddress, publicAddress } from '../../operators/public-address.ts'
import { isRole, permissionsOf } from '../../operators/roles.ts'
import { createSecondFactors, type SecondFactors } from '../../operators/second-factor.ts'
import { createSignIns, type SignIns } from '../../operators/sign-ins.ts'
import type { Actor } from '../../plugins/admin-auth.ts'
import type { Masking } from '../../plugins/masked-answers.ts'
import { ProblemError } from '../../plugins/problem.ts'
import { detail } from '../../plugins/problem-texts.ts'
import type { AuditTrail } from '../../routes/admin/common/audit-trail.ts'
import { eventRoutes, type Opener } from '../../routes/admin/live/events.ts'
import { apiTokenRoutes } from '../../routes/admin/operators/api-tokens.ts'
import { authRoutes } from '../../routes/admin/operators/auth.ts'
import type { PlaceOf } from '../../routes/admin/operators/cookies.ts'
import { oidcRoutes } from '../../routes/admin/operators/oidc.ts'
import { ownAccessRoutes } from '../../routes/admin/operators/own-access.ts'
import { userRoutes } from '../../routes/admin/operators/users.ts'
import type { AdminApiOptions } from '../../routes/admin-api.ts'
import { localUrl, parseEndpoint } from '../../supervise/processes/addresses.ts'
import type { AdminParts } from '../parts.ts'

/** Owner of the demo, who signs in by link alone. */
const DEMO_OWNER = 'demo'

/** Use of the secrets that cursors are sealed as. */
const CURSOR = 'cursor'

/** What signing in stands on. */
export interface SignInParts {
  readonly signIns: SignIns
  readonly factors: SecondFactors
  readonly tokens: ApiTokens
  readonly version: string
  readonly masking: Masking
  readonly address: PublicAddress
  /** `null` = sign-in by OpenID Connect is not configured. */
  readonly oidc: OidcSignIn | null
  readonly ofCookie: (secret: string) => Promise<{ actor: Actor; csrf: string } | null>
}

/** Sign-in by OpenID Connect, as it is configured at the start. */
const oidcOf = ({ live, paths, now }: AdminParts, { url }: PublicAddress): OidcSignIn | null => {
  const { oidc, listen } = live.config().admin
  if (oidc === null) return null
  const callback = `${url ?? localUrl(parseEndpoint(listen))}/api/v1/auth/oidc/callback`
  return createOidcSignIn(oidc, callback, createSecretBox(paths.secretsKey), now)
}

/** People, their sign-ins and the marks that stand for ids they may not see. */
export const createSignInParts = (parts: AdminParts, version: string): SignInParts => {
  const { store } = parts.persistence
  const box = createSecretBox(parts.paths.secretsKey)
  const factors = createSecondFactors(store, box, parts.now)
  const signIns = createSignIns(store, parts.now, factors)
  const tokens = createApiTokens(store, parts.now)
  const markOf = (id: string) =>
    createHmac('sha256', parts.persistence.ring.serverKey())
      .update(`mask\0${id}`)
      .digest('base64url')
      .slice(0, 10)
  const masking: Masking = {
    markOf,
    sealCursor: (cursor) => box.seal(cursor, CURSOR),
    openCursor: (sealed) => box.open(sealed, CURSOR),
  }
  const ofCookie = async (secret: string) => {
    const open = await signIns.ofCookie(secret)
    const role = open?.operator.role ?? ''
    if (open === null || !isRole(role)) return null
    const { id: person, name } = open.operator
    const actor = { name, permissions: permissionsOf(role), person }
    return { actor: { ...actor, isMasked: role === 'viewer' }, csrf: open.csrf }
  }
  const address = publicAddress(parts.live.config().admin.public_url)
  const oidc = oidcOf(parts, address)
  return { signIns, factors, tokens, version, masking, ofCookie, address, oidc }
}

/** Signing in and the people who may, below `/api/v1`. */
export const operatorRoutes = (
  parts: AdminParts,
  audit: AuditTrail,
  { signIns, factors, tokens, version, masking, ofCookie, address, oidc }: SignInParts,
): AdminApiOptions['more'] => {
  const placeOf: PlaceOf = ({ headers, protocol }) =>
    cookieScope(address, {
      host: headers.host ?? '',
      // A forged header affects the sender's own cookie only.
      isSecure: protocol === 'https' || /^https\b/i.test(String(headers['x-forwarded-proto'])),
    })
  const warn = (error: unknown) =>
    parts.log.warn({ err: error }, 'sign-in by OpenID Connect: nobody was signed in')
  const { basePath } = address
  const { operators, apiTokens } = parts.persistence.store
  const isDemo = parts.live.config().demo.enabled
  const isStillIn = async ({ cookie, token, isMasked }: Opener) => {
    if (token !== undefined)
      return !isApiToken(token) || (await tokens.find(token))?.isMasked === isMasked
    if (cookie === undefined) return true
    const open = await ofCookie(cookie)
    return open !== null && (open.actor.isMasked === true) === isMasked
  }
  return [
    (app) => eventRoutes(app, { feed: parts.feed, markOf: masking.markOf, isStillIn }),
    (app) =>
      authRoutes(app, {
        signIns,
        factors,
        audit,
        version,
        isDemo,
        oidc: oidc?.name ?? null,
        placeOf,
      }),
    (app) => oidcRoutes(app, { oidc, signIns, audit, placeOf, basePath, warn }),
    (app) => ownAccessRoutes(app, { signIns, factors, operators, audit }),
    (app) => apiTokenRoutes(app, { tokens, table: apiTokens, audit, clock: parts.now }),
    (app) =>
      userRoutes(app, {
        operators,
        people: signIns.operators,
        tokens,
        audit,
        signInLink: async (user) => await signInLink(parts.live.config(), signIns, user),
      }),
  ]
}

/**
 * An address of the dashboard that signs in once: the demo's owner, a newcomer who becomes the first owner, or `user`. `null` where people sign in by
 * name already and nobody was named. Throws a `ProblemError` for a name nobody has.
 */
export const signInLink = async (
  config: Config,
  signIns: SignIns,
  user: string | null,
): Promise<string | null> => {
  const link = async (): Promise<string | null> => {
    if (user !== null) {
      const operator = await signIns.operators.byName(user)
      if (operator === null)
        throw new ProblemError('not.found', detail('person.unnamed', { name: user }))
      return signIns.links.make({ kind: 'sign-in', user: operator.name })
    }
    if (config.demo.enabled) {
      if ((await signIns.operators.byName(DEMO_OWNER)) === null)
        await signIns.operators.put(DEMO_OWNER, { role: 'owner' })
      return signIns.links.make({ kind: 'sign-in', user: DEMO_OWNER })
    }
    return (await signIns.operators.isEmpty()) ? signIns.links.make({ kind: 'first-run' }) : null
  }
  const secret = await link()
  if (secret === null) return null
  const { url } = publicAddress(config.admin.public_url)
  return `${url ?? localUrl(parseEndpoint(config.admin.listen))}/#/sign-in?link=${secret}`
}
