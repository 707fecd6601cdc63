import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

export const HLS = 'application/vnd.apple.mpegurl'
/** An address that the edge does not go to. */
export const ELSEWHERE = 'https://ads.example/a.m3u8?x=1'

/** An edge, and an origin whose playlists name interstitials. */
export interface Assets {
  readonly rig: Rig
  /** Another origin that the edge goes to. */
  readonly ads: TestOrigin
  /** A number that was not there yet: what failed a moment ago is not asked for again. */
  next(): number
  /** Opens a channel as a viewer who was not there yet, and returns the address of its folder. */
  open(channel?: string, from?: string): Promise<string>
  /** Puts a playlist of these lines at the origin under a name nobody asked for yet; returns that. */
  put(...lines: string[]): string
  stop(): Promise<unknown>
}

/** The path of an address, with its query. */
export const below = (url: string): string => new URL(url).pathname + new URL(url).search

export const daterange = (address: string, attribute = 'X-ASSET-URI'): string =>
  `#EXT-X-DATERANGE:ID="i",CLASS="com.apple.hls.interstitial",START-DATE="2026-11-30T00:00:00Z",${attribute}="${address}"`

/** Addresses of interstitials in a playlist. */
export const assetsIn = (text: string): string[] =>
  [...text.matchAll(/X-(?:ASSET-URI|ASSET-LIST|URI)="([^"]*)"/g)].map(([, address = '']) => address)

/** `live`: the origin of a channel of that name. */
export const startAssets = async (live?: string): Promise<Assets> => {
  const ads = await startOrigin(0, '127.0.0.2')
  ads.files.set('*', { type: HLS, body: '#EXTM3U\n' })
  const rig = await startRig(
    (stub, origin) => {
      origin.files.set('*', { type: 'video/mp2t', body: 'there' })
      const known = { redirects: [], shares: true }
      stub.policy = {
        ...stub.policy,
        groups: [group('all', { isDefault: true }), group('boxes', { redirect: 'inferred' })],
        origins: ['127.0.0.1', '127.0.0.2'].map((host) => ({ host, ...known })),
      }
      stub.tables.channels.rows = channelRows({
        ch1: { origin: origin.url, base: '/hls/ch1/', groups: ['all', 'boxes'] },
        paid: { origin: origin.url, base: '/paid/', query: 'login=OF-THE-PROVIDER' },
        live: { origin: live ?? origin.url, base: '/live/' },
      })
    },
    (it) => ({ ...it, origins: [...it.origins, ads.url, ...(live === undefined ? [] : [live])] }),
  )
  let cases = 0
  return {
    rig,
    ads,
    next: () => ++cases,
    async open(channel = 'ch1', from = '') {
      const ticket = rig.ticket({ account: `own:${++cases}` })
      const opened = await rig.get(
        `/live/${ticket}/${channel}/index.m3u8`,
        from === '' ? {} : { from },
      )
      return new URL((opened.headers.get('location') ?? '').replace(/[^/]*$/, ''), rig.url).href
    },
    put(...lines) {
      const name = `a/m${++cases}.m3u8`
      const body = ['#EXTM3U', '#EXT-X-TARGETDURATION:600', ...lines, 's.ts', ''].join('\n')
      rig.origin.files.set(`/hls/ch1/${name}`, { type: HLS, body })
      return name
    },
    stop: () => Promise.all([rig.stop(), ads.stop()]),
  }
}
