import { readJson } from '#domain/read-json'
import type { Asked } from './http.ts'
import {
  type MediaBrowserBehaviour,
  type MediaBrowserOptions,
  type MediaBrowserServer,
  startMediaBrowser,
} from './mediabrowser.ts'
import { commonSession } from './mediabrowser-shapes.ts'

const majorOf = (version: string): number => Number(version.split('.')[0])

/** `MediaBrowser Token="…"` and `?ApiKey=` on all versions; what came from Emby only before 12. */
const tokensOf = ({ headers, url }: Asked, version: string): (string | null | undefined)[] => {
  const authorization = headers.authorization ?? ''
  const [, token] = /^MediaBrowser .*\bToken="([^"]*)"/.exec(authorization) ?? []
  const current = [token, url.searchParams.get('ApiKey')]
  if (majorOf(version) >= 12) return current
  const old = [headers['x-emby-token'], headers['x-mediabrowser-token']].map((one) =>
    one?.toString(),
  )
  return [...current, ...old, url.searchParams.get('api_key')]
}

const isTextual = (value: unknown): value is { readonly Text: string } =>
  typeof value === 'object' && value !== null && 'Text' in value && typeof value.Text === 'string'

const BEHAVIOUR: MediaBrowserBehaviour = {
  prefixes: [''],
  socketPath: '/socket',
  tokensOf,
  session: (play, now) => ({
    ...commonSession(play, now),
    IsActive: true,
    LastPlaybackCheckIn: new Date(play.heardAt ?? now).toISOString(),
    SupportsMediaControl: play.canEnd !== false,
    NowPlayingQueue: [],
    ...play.shown,
  }),
  info: {
    LocalAddress: 'http://192.168.1.5:8096',
    ProductName: 'Jellyfin Server',
    StartupWizardCompleted: true,
  },
  policy: { MaxActiveSessions: 0, LoginAttemptsBeforeLockout: -1 },
  // Before 12 the socket of an API key is accepted and gets no events.
  tellsSessions: (version) => majorOf(version) >= 12,
  messageOf: ({ body }) => readJson(body, isTextual)?.Text ?? null,
  isStop: () => true,
}

/** Starts a Jellyfin server, of version 12 where none is named. */
export const startJellyfin = async (
  options: Omit<MediaBrowserOptions, 'version'> & { readonly version?: string },
): Promise<MediaBrowserServer> =>
  await startMediaBrowser(BEHAVIOUR, { version: '12.0.0', ...options })
