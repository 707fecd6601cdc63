import { leaseKey } from '#domain/viewer/lease'
import { nodeCrypto } from '../rig/crypto.ts'
import type { Rig } from '../rig/rig.ts'

/** Who plays a channel: the address of its playlist below a pass, his own address, and the session's key. */
export interface Viewer {
  readonly path: string
  readonly from: string
  readonly key: string
}

/** Opens a channel as viewer number `at`, from an address of his own. */
export const openAs = async (rig: Rig, channel: string, at: number): Promise<Viewer> => {
  const from = `198.51.${at >> 8}.${at & 255}`
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`, { from })
  const path = new URL(opened.headers.get('location') ?? '', rig.url).pathname
  return { path, from, key: leaseKey(nodeCrypto, path.split('/')[2] ?? '', channel) }
}
