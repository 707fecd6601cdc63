import { openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

export const HLS = 'application/vnd.apple.mpegurl'
export const DASH = 'application/dash+xml'

/** A manifest as it is found through the edge. */
interface Found {
  /** Its address at the edge, and at the origin. */
  readonly url: string
  readonly direct: string
  readonly text: string
}

/** Compares where the addresses of manifests lead, directly and through the edge. */
export interface Judge {
  readonly rig: Rig
  /** Address of the channel's directory under a pass. */
  readonly root: string
  /** Puts a manifest at the origin, under a name nobody asked for yet, and fetches it through the edge. */
  through(body: string, type?: string): Promise<Found>
  /** Puts a number that was not there yet in place of `§`: what failed a moment ago is not asked for again. */
  fresh(reference: string): string
  /** Opens another channel: the address of its directory under a pass. */
  open(channel: string): Promise<string>
  /** What the origin is asked for when a player follows an address; throws where that leads past the edge. */
  asked(url: string): Promise<string>
}

/** Starts an edge before five channels: one of HLS, two with a login in their address, and two whose entry does not say what it is. */
export async function startJudge(): Promise<Judge> {
  const rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    // A segment of DASH that is not there is looked for twice more, 2.5 s in all.
    origin.files.set('*', { type: 'video/mp4', body: 'there' })
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      php: { origin: origin.url, base: '/p/', entry: 'get.php', query: 'id=7&output=hls' },
      paid: { origin: origin.url, base: '/paid/', entry: 'm.m3u8', query: 'login=OF-THE-PROVIDER' },
      panel: { origin: origin.url, base: '/live/anna/pass-word/', entry: '77.m3u8' },
      dash: { origin: origin.url, base: '/dash/', entry: 'get', protocol: 'dash' },
    })
  })
  const open = (channel: string): Promise<string> => openFolder(rig, channel)
  const root = await open('ch1')
  let cases = 0
  return {
    rig,
    root,
    open,
    async through(body, type = HLS) {
      cases += 1
      const name = `a/b/m${cases}.${type === HLS ? 'm3u8' : 'mpd'}`
      rig.origin.files.set(`/hls/ch1/${name}`, { type, body })
      const url = root + name
      const { status, text } = await rig.get(url.slice(rig.url.length))
      if (status !== 200) throw new Error(`${name}: ${status}`)
      return { url, direct: `${rig.origin.url}/hls/ch1/${name}`, text }
    },
    fresh(reference) {
      cases += 1
      return reference.replaceAll('§', String(cases))
    },
    async asked(url) {
      if (!url.startsWith(rig.url)) throw new Error(`past the edge: ${url}`)
      rig.origin.seen.length = 0
      await rig.get(url.slice(rig.url.length))
      return rig.origin.seen[0]?.url ?? ''
    },
  }
}
