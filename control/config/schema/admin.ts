import { Type } from 'typebox'
import { address, item, nullable, section, text, texts } from './fields.ts'

const roles = section(
  {
    owner: texts({ description: 'Values that make an owner.' }),
    operator: texts({ description: 'Values that make an operator.' }),
    viewer: texts({ description: 'Values that make a viewer.' }),
  },
  {
    description:
      'Which values of `role_claim` make which role; the highest counts, and who has none is refused. `*` is anybody the provider knows.',
  },
)

/** Sign-in by OpenID Connect (OpenID Connect Core 1.0, authorization code flow with PKCE). */
const oidcSchema = item(
  {
    name: text({
      default: 'OpenID Connect',
      description: 'What the button of the sign-in page names.',
    }),
    issuer: Type.String({
      pattern: '^https?://',
      description: 'The provider, whose `/.well-known/openid-configuration` is read.',
      examples: ['https://id.example.net/realms/home'],
    }),
    client_id: text({ description: 'Name of Gatehouse at the provider.' }),
    client_secret_file: nullable(text({ description: 'Secret file.' }), {
      description: 'File with its secret; a public client has none.',
    }),
    scope: text({ default: 'openid profile email', description: 'Scopes asked for.' }),
    name_claim: text({
      default: 'preferred_username',
      description: 'Claim with the name shown; `email`, then `sub`, where it is missing.',
    }),
    role_claim: text({
      default: 'groups',
      description:
        'Claim the role is taken from: a text or a list; parts of a path joined by dots.',
      examples: ['realm_access.roles'],
    }),
    roles,
  },
  { description: 'An OpenID Connect provider people sign in with.' },
)

/** The admin API and the dashboard. */
export const adminSchema = section(
  {
    listen: address('127.0.0.1:8090', 'Admin API and dashboard.'),
    hosts: texts({
      description: 'Host names the admin API answers to, beside the address it listens on.',
    }),
    token_file: nullable(text({ description: 'Token file.' }), {
      description: 'File with the admin token; made in the state folder when not set.',
    }),
    public_url: nullable(
      Type.String({ pattern: '^https?://[^/?#\\s@]+(?:/[A-Za-z0-9._~-]+)*/?$' }),
      {
        description:
          'Address people reach the dashboard by, behind a proxy: its path is where the proxy puts it, taken off by the proxy or here.',
        examples: ['https://tv.example.net/gatehouse'],
      },
    ),
    trusted_proxies: texts({
      description:
        "Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` the admin API believes; nobody else's are.",
      examples: [['127.0.0.1/32']],
    }),
    oidc: Type.Union([oidcSchema, Type.Null()], {
      default: null,
      description: 'Sign-in by OpenID Connect, beside names and passwords.',
    }),
  },
  { description: 'Admin API.' },
)
