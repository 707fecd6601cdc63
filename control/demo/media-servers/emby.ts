import { readJson } from '#domain/read-json'
import type { Asked } from './http.ts'
import {
  type MediaBrowserBehaviour,
  type MediaBrowserOptions,
  type MediaBrowserServer,
  startMediaBrowser,
} from './mediabrowser.ts'
import { commonSession } from './mediabrowser-shapes.ts'

const isStop = (value: unknown): value is { readonly Command: 'Stop' } =>
  typeof value === 'object' && value !== null && 'Command' in value && value.Command === 'Stop'

const tokensOf = ({ headers, url }: Asked): (string | null | undefined)[] => [
  headers['x-emby-token']?.toString(),
  url.searchParams.get('api_key'),
]

const behaviour = (wanAddress: string): MediaBrowserBehaviour => ({
  prefixes: ['/emby', ''],
  socketPath: '/embywebsocket',
  tokensOf,
  session: (play, now) => ({
    ...commonSession(play, now),
    // With a port, and without what Jellyfin has: SupportsMediaControl, LastPlaybackCheckIn, IsActive.
    Protocol: 'HTTP/1.1',
    InternalDeviceId: 7,
    PlaylistIndex: 0,
    PlaylistLength: 1,
    ...play.shown,
  }),
  info: {
    LocalAddress: 'http://192.168.1.5:8096',
    WanAddress: wanAddress,
    RemoteAddresses: [wanAddress],
  },
  policy: { SimultaneousStreamLimit: 0, IsHiddenRemotely: false },
  tellsSessions: () => true,
  messageOf: ({ url }) => url.searchParams.get('Text'),
  isStop: ({ body }) => readJson(body, isStop) !== null,
})

/** Starts an Emby server, of version 4.9 where none is named. */
export const startEmby = async (
  options: Omit<MediaBrowserOptions, 'version'> & {
    readonly version?: string
    /** The home's own address from outside, `http://203.0.113.9:8096`. */
    readonly wanAddress?: string
  },
): Promise<MediaBrowserServer> =>
  await startMediaBrowser(behaviour(options.wanAddress ?? 'http://203.0.113.9:8096'), {
    version: '4.9.1.0',
    ...options,
  })
