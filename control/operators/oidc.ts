import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as client from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import type { SecretBox } from '../keys/secret-box.ts'
import { ROLES, type Role } from './roles.ts'

/** Settings of `admin.oidc`. */
export type OidcSettings = NonNullable<Config['admin']['oidc']>

/** Whom the provider has signed in. */
export interface OidcPerson {
  /** The same for the same subject of the same issuer. */
  readonly id: string
  readonly name: string
  /** `null` = no value of the claim is mapped to a role. */
  readonly role: Role | null
  /** The values of the claim, for the audit log. */
  readonly claimed: readonly string[]
}

/** Sign-in by OpenID Connect Core 1.0: authorization code flow with PKCE (RFC 7636), `state` and `nonce`. */
export interface OidcSignIn {
  readonly name: string
  /** Where the browser goes, and what its cookie keeps meanwhile. Throws where the provider does not answer. */
  begin(): Promise<{ readonly url: string; readonly cookie: string }>
  /** Whom the provider's answer names; `query` with its `?`, `cookie` of the same browser. Throws for any other answer. */
  finish(query: string, cookie: string): Promise<OidcPerson>
}

/** What is remembered from the way to the provider until the way back. */
interface Pending {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly until: number
}

/** How long somebody may take to sign in at the provider. */
export const PENDING_MS = 600_000
const CONTEXT = 'oidc:pending'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The values of a claim, found by its name or, where there is no such name, by its path. */
export const claimValues = (claims: Readonly<Record<string, unknown>>, path: string): string[] => {
  let here: unknown = claims[path]
  if (here === undefined) {
    here = claims
    for (const part of path.split('.')) here = isRecord(here) ? here[part] : undefined
  }
  const values: unknown[] = Array.isArray(here) ? here : [here]
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

/** The highest role that values are mapped to; `null` = none. */
export const roleOfValues = (
  values: readonly string[],
  roles: OidcSettings['roles'],
): Role | null =>
  ROLES.find((role) => roles[role].some((one) => one === '*' || values.includes(one))) ?? null

const readPending = (box: SecretBox, cookie: string, now: number): Pending => {
  const pending: Pending = JSON.parse(box.open(cookie, CONTEXT))
  if (pending.until < now) throw new Error('it took too long')
  return pending
}

const personOf = (
  settings: OidcSettings,
  claims: Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string },
): OidcPerson => {
  const subject = createHash('sha256').update(`${claims.iss}\0${claims.sub}`).digest('hex')
  const [name = claims.sub] = [settings.name_claim, 'email'].flatMap((one) =>
    claimValues(claims, one),
  )
  const claimed = claimValues(claims, settings.role_claim)
  return {
    id: `oidc:${subject.slice(0, 32)}`,
    name: name.slice(0, 128),
    role: roleOfValues(claimed, settings.roles),
    claimed,
  }
}

/** The provider as it describes itself; asked for once, and again after it did not answer. */
const createDiscovery = (settings: OidcSettings): (() => Promise<client.Configuration>) => {
  let found: Promise<client.Configuration> | null = null
  const discover = async (): Promise<client.Configuration> => {
    const file = settings.client_secret_file
    const secret = file === null ? null : readFileSync(file, 'utf8').trim()
    const issuer = new URL(settings.issuer)
    const auth = secret === null ? client.None() : client.ClientSecretBasic(secret)
    const execute = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []
    return await client.discovery(issuer, settings.client_id, {}, auth, { execute, timeout: 10 })
  }
  return async () => {
    found ??= discover()
    return await found.catch((error: unknown) => {
      found = null
      throw error
    })
  }
}

/** Sign-in at one provider; `callback` is the address it sends browsers back to, `now` in Unix milliseconds. */
export const createOidcSignIn = (
  settings: OidcSettings,
  callback: string,
  box: SecretBox,
  now: () => number,
): OidcSignIn => {
  const configuration = createDiscovery(settings)
  return {
    name: settings.name,
    begin: async () => {
      const provider = await configuration()
      const verifier = client.randomPKCECodeVerifier()
      const [state, nonce] = [client.randomState(), client.randomNonce()]
      const pending: Pending = { verifier, state, nonce, until: now() + PENDING_MS }
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: callback,
        scope: settings.scope,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      })
      return { url: url.href, cookie: box.seal(JSON.stringify(pending), CONTEXT) }
    },
    finish: async (query, cookie) => {
      const { verifier, state, nonce } = readPending(box, cookie, now())
      const provider = await configuration()
      const tokens = await client.authorizationCodeGrant(provider, new URL(callback + query), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Error('the provider sent no ID token')
      const { userinfo_endpoint: hasMore } = provider.serverMetadata()
      // Many providers put groups and names into the answer about the person alone.
      const more =
        hasMore === undefined
          ? {}
          : await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
      return personOf(settings, { ...claims, ...more, iss: claims.iss, sub: claims.sub })
    },
  }
}
