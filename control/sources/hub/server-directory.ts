import { readFileSync } from 'node:fs'
import type { MediaServerConfig } from '../../config/schema/schema.ts'
import type { SecretBox } from '../../keys/secret-box.ts'
import type { Json } from '../../store/tables/records.ts'
import type { SettingStore } from '../../store/tables/stores.ts'
import { listOf, textOf } from '../model/read-fields.ts'
import { type MediaServer, SERVER_KINDS } from './hub.ts'

/** A server as an operator adds it at run time. */
export type NewServer = Omit<MediaServer, 'from'>

/** What can be changed of a server; what is left out stays. */
export type ServerChange = Partial<Pick<NewServer, 'url' | 'token' | 'verifyTls' | 'allowSignOut'>>

/** The media servers of the configuration, and those added at run time, which SQL keeps. */
export interface ServerDirectory {
  all(): Promise<readonly MediaServer[]>
  /** Adds a server, or says why not. */
  add(server: NewServer): Promise<'added' | 'exists'>
  /** Changes a server that was added, `configured` where the configuration names it. */
  change(name: string, change: ServerChange): Promise<'changed' | 'configured' | 'unknown'>
  remove(name: string): Promise<'removed' | 'configured' | 'unknown'>
}

/** What is kept in SQL is kept with these. */
export interface DirectoryPorts {
  readonly settings: Pick<SettingStore, 'get'>
  /** Changes settings in one transaction. */
  readonly atomically: (
    work: (settings: Pick<SettingStore, 'get' | 'set'>) => Promise<void>,
  ) => Promise<void>
  readonly box: SecretBox
  readonly configured: () => readonly MediaServerConfig[]
  readonly warn: (message: string) => void
  readonly now: () => number
}

interface Stored extends Omit<MediaServer, 'from' | 'token'> {
  /** The token, encrypted. */
  readonly sealed: string
}

const KEY = 'media_servers'

const contextOf = (name: string): string => `media-server:${name}`

const readStored = (value: Json): Stored[] =>
  listOf(value).flatMap((row) => {
    const kind = SERVER_KINDS.find((one) => one === row['kind'])
    if (kind === undefined) return []
    const [name, url, sealed] = [row['name'], row['url'], row['sealed']].map(textOf)
    if (!name || !url || !sealed) return []
    const flags = {
      verifyTls: row['verifyTls'] !== false,
      allowSignOut: row['allowSignOut'] === true,
    }
    return [{ name, kind, url, sealed, ...flags }]
  })

const writeStored = (servers: readonly Stored[]): Json =>
  servers.map(({ name, kind, url, sealed, verifyTls, allowSignOut }) => ({
    name,
    kind,
    url,
    sealed,
    verifyTls,
    allowSignOut,
  }))

/** A server of the configuration with the token from its file. */
const fromConfig = (server: MediaServerConfig): MediaServer => ({
  name: server.name,
  kind: server.kind,
  url: server.url,
  token: readFileSync(server.token_file, 'utf8').trim(),
  verifyTls: server.tls_verify,
  allowSignOut: server.sign_out,
  from: 'config',
})

/** Replaces one of the servers that SQL keeps; false where it is not there. */
const rewrite = async (
  { atomically, now }: DirectoryPorts,
  name: string,
  change: (server: Stored) => Stored[],
): Promise<boolean> => {
  let isKnown = false
  await atomically(async (store) => {
    const known = readStored(await store.get(KEY))
    isKnown = known.some((server) => server.name === name)
    const changed = known.flatMap((server) => (server.name === name ? change(server) : [server]))
    if (isKnown) await store.set(KEY, writeStored(changed), now())
  })
  return isKnown
}

/** Creates the directory. A server whose token cannot be read is left out, with a warning. */
export const createServerDirectory = (ports: DirectoryPorts): ServerDirectory => {
  const { settings, atomically, box, configured, warn, now } = ports
  const readable = (name: string, read: () => MediaServer): MediaServer[] => {
    try {
      return [read()]
    } catch (error) {
      warn(`media server '${name}' is not watched: ${error instanceof Error ? error.message : ''}`)
      return []
    }
  }
  return {
    all: async () => {
      const own = configured()
      const names = new Set(own.map(({ name }) => name))
      const added = readStored(await settings.get(KEY))
      return [
        ...own.flatMap((server) => readable(server.name, () => fromConfig(server))),
        ...added
          .filter(({ name }) => !names.has(name))
          .flatMap(({ sealed, ...server }) =>
            readable(server.name, () => ({
              ...server,
              token: box.open(sealed, contextOf(server.name)),
              from: 'api',
            })),
          ),
      ]
    },
    add: async ({ token, ...server }) => {
      if (configured().some(({ name }) => name === server.name)) return 'exists'
      let outcome: 'added' | 'exists' = 'exists'
      await atomically(async (store) => {
        const known = readStored(await store.get(KEY))
        if (known.some(({ name }) => name === server.name)) return
        const sealed = box.seal(token, contextOf(server.name))
        await store.set(KEY, writeStored([...known, { ...server, sealed }]), now())
        outcome = 'added'
      })
      return outcome
    },
    change: async (name, { token, ...change }) => {
      if (configured().some((server) => server.name === name)) return 'configured'
      const sealed = token === undefined ? {} : { sealed: box.seal(token, contextOf(name)) }
      const isKnown = await rewrite(ports, name, (server) => [{ ...server, ...change, ...sealed }])
      return isKnown ? 'changed' : 'unknown'
    },
    remove: async (name) => {
      if (configured().some((server) => server.name === name)) return 'configured'
      return (await rewrite(ports, name, () => [])) ? 'removed' : 'unknown'
    },
  }
}
