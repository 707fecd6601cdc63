import type { MediaBrowserServer } from '../../../control/demo/media-servers/mediabrowser.ts'
import type { PlexServer } from '../../../control/demo/media-servers/plex.ts'
import type { StagedPlay } from '../../../control/demo/media-servers/stage.ts'
import type { PlayChange } from '../../../control/sources/model/live-play.ts'
import type { PlaySource } from '../../../control/sources/model/play-source.ts'
import type {
  SourceKind,
  SourcePorts,
  SourceSettings,
} from '../../../control/sources/model/source-kind.ts'
import type { SourceServer } from '../../contract/play-source-contract.ts'

export const TOKEN = 'token-of-the-server'

/** A play of Ann's at home or wherever the changes say. */
export const staged = (changes: Partial<StagedPlay> = {}): StagedPlay => ({
  user: { id: '1', name: 'Ann' },
  device: { id: 'tv', name: 'Living room', app: 'App for TVs', platform: 'webOS' },
  item: { id: '501', title: 'A Film' },
  session: 'a',
  address: '198.51.100.7',
  ...changes,
})

/** A source of a server under test, quick in everything. */
export const sourceOf = (
  kind: SourceKind,
  url: string,
  settings: Partial<SourceSettings> = {},
  ports: Partial<SourcePorts> = {},
): PlaySource =>
  kind.create(
    {
      name: null,
      url,
      token: TOKEN,
      pollMs: 20,
      confirmMs: 1000,
      graceMs: 0,
      ...settings,
    },
    { now: () => Date.now(), clientId: 'gatehouse-test', ...ports },
  )

/** A running server as the contract of sources wants one. */
export const asSourceServer = (
  kind: SourceKind,
  server: PlexServer | MediaBrowserServer,
): SourceServer => ({
  token: TOKEN,
  source: (changes, onChange) =>
    sourceOf(kind, server.url, changes, onChange === undefined ? {} : { onChange }),
  play: (plays) =>
    server.stage.play(
      plays.map(({ user, device, item, session, isDeaf }, index) =>
        staged({
          user: { id: String(user), name: `user ${user}` },
          device: { id: device, name: device, app: 'App', platform: 'webOS' },
          item: { id: item, title: 'A Film' },
          session: session === '' ? `unreachable-${index}` : session,
          canEnd: session !== '',
          isDeaf: isDeaf === true,
        }),
      ),
    ),
  setMood: (mood) => server.setMood(mood),
  allowEnds: (isAllowed) =>
    'setPass' in server ? server.setPass(isAllowed) : server.setPermission(isAllowed),
  ended: () =>
    server.stage
      .deeds()
      .flatMap((deed) =>
        deed.did === 'end' ? [{ session: deed.session, reason: deed.words }] : [],
      ),
  connections: async () => await server.connections(),
  close: async () => await server.close(),
})

/** What changed, in order, for tests that follow a source. */
export const recordChanges = (): {
  readonly changes: PlayChange[]
  readonly onChange: (change: PlayChange) => void
} => {
  const changes: PlayChange[] = []
  return { changes, onChange: (change) => void changes.push(change) }
}
