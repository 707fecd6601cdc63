import { randomBytes } from 'node:crypto'
import type { Opening, OpenPorts } from '../../../../control/access/admission/opening.ts'
import { createSigner, type TicketMint } from '../../../../control/access/admission/signer.ts'
import type { Decision } from '../../../../control/access/authorize/decision.ts'
import { parseConfig } from '../../../../control/config/load.ts'
import { createKeyRing } from '../../../../control/keys/key-ring.ts'
import type { Ban } from '../../../../control/sessions/model/ban-store.ts'
import type { Admission, SessionClaim } from '../../../../control/sessions/model/session-store.ts'
import type { Account, SigningKey } from '../../../../control/store/tables/records.ts'
import type { GroupWonBy } from '../../../../njs/domain/types.ts'

export const NOW = 1_795_000_000_000

const YAML = `
groups:
  - { name: home, networks: [192.168.0.0/16], max_sessions: 2 }
  - { name: world, default: true, channels: { ids: [news] }, max_sessions: 1 }
`

export const account = (fields: Partial<Account> = {}): Account => ({
  id: 'a1',
  name: 'flat 12',
  enabled: true,
  expiresAt: null,
  maxSessions: null,
  maxNetworks: null,
  limitation: null,
  plan: null,
  group: null,
  note: null,
  createdAt: NOW,
  updatedAt: NOW,
  ...fields,
})

const memoryKeys = () => {
  const keys = new Map<string, SigningKey>()
  return {
    list: async () => await Promise.resolve([...keys.values()]),
    put: async (key: SigningKey) => void keys.set(key.kid, key),
  }
}

/** What a test may set. */
export interface Setting {
  readonly yaml?: string
  readonly accounts?: readonly Account[]
  /** Token → account id. */
  readonly tokens?: Readonly<Record<string, string>>
  /** What to ask for the protocol of every channel. */
  readonly askAt?: string
  readonly surged?: readonly string[]
  readonly ban?: Ban
  readonly admission?: Admission
  readonly decision?: Decision
}

/** A small world around an opening: two groups, two channels, and what the test sets. */
export const createWorld = async (setting: Setting = {}) => {
  const { config } = parseConfig(setting.yaml ?? YAML, 'g.yaml')
  const signer: TicketMint = createSigner(await createKeyRing(memoryKeys(), NOW))
  const claims: SessionClaim[] = []
  const events: string[] = []
  const channels = new Map(
    ['news', 'film'].map((id) => [
      id,
      {
        id,
        title: id,
        ...(setting.askAt === undefined
          ? { protocol: 'hls' as const, askAt: null, entry: 'index.m3u8' }
          : { protocol: 'mpegts' as const, askAt: setting.askAt, entry: 'play' }),
        isVod: id === 'film',
        isArchive: (rest: string) => rest.startsWith('archive-'),
      },
    ]),
  )
  const byId = new Map((setting.accounts ?? []).map((one) => [one.id, one]))
  const ports: OpenPorts = {
    config: () => config,
    signer,
    catalog: {
      channel: (id) => channels.get(id),
      group: (name) => config.groups.find((group) => group.name === name),
      rule: () => undefined,
      standing: (group, id) => {
        if (setting.surged?.includes(id) === true) return 'surge'
        return group === 'home' || id === 'news' ? 'in' : 'out'
      },
      classify: ({ address }) =>
        address.startsWith('192.168.')
          ? { group: 'home', wonBy: 'network' }
          : { group: 'world', wonBy: 'default' },
    },
    authorizer: {
      backendFor: () => (setting.decision ? 'main' : null),
      authorize: async () => {
        if (!setting.decision) throw new Error('nobody is asked here')
        return await Promise.resolve(setting.decision)
      },
    },
    accounts: {
      identify: async (credential) => {
        const id = credential.kind === 'token' ? setting.tokens?.[credential.token] : undefined
        const found = id === undefined ? undefined : byId.get(id)
        return await Promise.resolve(
          found
            ? { outcome: 'known', account: found, tokenId: 't' }
            : { outcome: 'refused', reason: 'token.unknown' },
        )
      },
      standing: (one) =>
        one?.enabled === true ? null : one ? 'account.disabled' : 'token.unknown',
    },
    accountById: async (id) => await Promise.resolve(byId.get(id) ?? null),
    sessions: {
      close: async () => {},
      leave: async () => await Promise.resolve(true),
      check: async () => await Promise.reject(new Error('no session is under way')),
      open: async (request) => {
        claims.push(request)
        const { sid, key } = request
        return await Promise.resolve(
          setting.admission ?? {
            outcome: 'admitted',
            sid,
            key,
            leaseMs: 30_000,
            isKnown: false,
            openedMs: 0,
          },
        )
      },
    },
    bans: { find: () => setting.ban ?? null },
    counts: async () => await Promise.resolve({ totalClients: 0, streamClients: 0 }),
    place: () => ({
      country: null,
      region: null,
      city: null,
      latitude: null,
      longitude: null,
      accuracyKm: null,
    }),
    planOf: async () => await Promise.resolve(null),
    deviceOf: (ref, network) => ({
      device: `${ref}@${network}`,
      kin: `${ref}@${network}`,
      player: 'p',
      family: 'vlc',
    }),
    record: ({ type, reason }) => void events.push(`${type} ${reason}`),
    lifecycle: { opened: async () => await Promise.resolve() },
    downloadUsed: () => void events.push('download'),
    links: () => null,
  }
  const ticket = (group: string, wonBy: GroupWonBy, ref = 'net:192.168.1.5'): string =>
    signer.mintTicket(
      {
        account: ref,
        group,
        wonBy,
        download: randomBytes(12).toString('base64url'),
        issuedSec: NOW / 1000,
      },
      3600,
    )
  return { ports, signer, claims, events, ticket }
}

export const opening = (fields: Partial<Opening>): Opening => ({
  requestId: 'r1',
  credential: { kind: 'token', token: null },
  channel: 'news',
  rest: 'index.m3u8',
  args: '',
  address: '192.168.1.5',
  agent: 'VLC/3.0.20',
  referer: null,
  host: null,
  playback: null,
  country: null,
  edge: 'edge-1',
  inferredKey: null,
  now: NOW,
  ...fields,
})
