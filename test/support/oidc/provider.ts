import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** What the provider says of its people. */
const PEOPLE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  olga: { preferred_username: 'Olga', groups: ['tv-admins', 'staff'] },
  vera: { preferred_username: 'Vera', groups: ['support'] },
  ivan: { preferred_username: 'Ivan', groups: ['staff'] },
}

/** The secret of the client `gatehouse`. */
export const SECRET = 'a secret of the client, long enough'

const listen = async (server: Server): Promise<number> =>
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/** Starts a provider that leads back below an address; its sign-in page takes any password of the people it knows. */
export const startProvider = async (
  base: string,
): Promise<{ readonly issuer: string; readonly server: Server }> => {
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listen(server)}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'gatehouse',
        client_secret: SECRET,
        redirect_uris: [`${base}/api/v1/auth/oidc/callback`],
      },
    ],
    claims: { profile: ['preferred_username', 'groups'] },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => await Promise.resolve({ sub, ...PEOPLE[sub] }),
    }),
    cookies: { keys: ['one'] },
  })
  server.on('request', provider.callback())
  return { issuer, server }
}
