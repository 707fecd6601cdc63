import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Json } from '../../store/tables/records.ts'
import type { DirectoryPorts } from '../hub/server-directory.ts'
import { fieldsOf, textOf } from '../model/read-fields.ts'

/** The secrets webhooks present, by the server they are about. */
export interface WebhookSecrets {
  /** `null` where no webhooks of that server are taken. */
  of(server: string): Promise<string | null>
  /** Makes a new one, in place of any before it; `null` where a file of the configuration holds it. */
  make(server: string): Promise<string | null>
  /** Takes no webhooks any more. */
  drop(server: string): Promise<'dropped' | 'configured' | 'unknown'>
}

/** What secrets are kept with. */
type SecretPorts = Omit<DirectoryPorts, 'warn'>

const KEY = 'media_servers.webhooks'
const SECRET_BYTES = 24
const SHORTEST = 16

/** What can be guessed is no secret. */
const longEnough = (secret: string): string | null => (secret.length >= SHORTEST ? secret : null)

const contextOf = (server: string): string => `webhook:${server}`

const sealedOf = (value: Json | null): ReadonlyMap<string, string> =>
  new Map(Object.entries(fieldsOf(value)).map(([name, sealed]) => [name, textOf(sealed)]))

/** Secrets of the configuration's files, and those made by API, which SQL keeps encrypted. */
export const createWebhookSecrets = (ports: SecretPorts): WebhookSecrets => {
  const { settings, atomically, box, configured, now } = ports
  const fileOf = (server: string): string | undefined =>
    configured().find(({ name }) => name === server)?.webhook_secret_file
  const change = async (work: (all: Map<string, string>) => void): Promise<void> =>
    await atomically(async (store) => {
      const all = new Map(sealedOf(await store.get(KEY)))
      work(all)
      await store.set(KEY, Object.fromEntries(all), now())
    })
  return {
    of: async (server) => {
      const file = fileOf(server)
      if (file !== undefined) return longEnough(readFileSync(file, 'utf8').trim())
      const sealed = sealedOf(await settings.get(KEY)).get(server)
      return sealed === undefined ? null : box.open(sealed, contextOf(server))
    },
    make: async (server) => {
      if (fileOf(server) !== undefined) return null
      const secret = randomBytes(SECRET_BYTES).toString('base64url')
      await change((all) => void all.set(server, box.seal(secret, contextOf(server))))
      return secret
    },
    drop: async (server) => {
      if (fileOf(server) !== undefined) return 'configured'
      let isKnown = false
      await change((all) => {
        isKnown = all.delete(server)
      })
      return isKnown ? 'dropped' : 'unknown'
    },
  }
}
