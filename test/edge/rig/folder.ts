import { expect } from 'vitest'
import type { Rig } from './rig.ts'

/** Opens a channel, and returns the address of its folder under the pass. */
export const openFolder = async (rig: Rig, channel = 'ch1'): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  return new URL((opened.headers.get('location') ?? '').replace(/[^/]*$/, ''), rig.url).href
}

/** A player that asks for the same segments for longer is taken for several. */
const MOST_ASKED = 40

interface Player {
  readonly pass: string
  left: number
}
const players = new WeakMap<Rig, Map<string, Player>>()
let accounts = 0

/** A pass for a channel that not much was asked for with. */
const freshPass = async (rig: Rig, channel: string): Promise<string> => {
  const known = players.get(rig) ?? new Map<string, Player>()
  players.set(rig, known)
  const present = known.get(channel)
  if (present !== undefined && present.left > 0) {
    present.left -= 1
    return present.pass
  }
  accounts += 1
  const opened = await rig.get(
    `/live/${rig.ticket({ account: `own:asking-${accounts}` })}/${channel}/index.m3u8`,
  )
  const pass = /\/s\/([^/]+)\//.exec(opened.headers.get('location') ?? '')?.[1] ?? ''
  known.set(channel, { pass, left: MOST_ASKED })
  return pass
}

/**
 * Requests an address of the edge, and returns what the origin was asked for first: its path and query, empty where it was not asked. Under a pass it is another
 * viewer who asks: what is sealed is the same for all.
 */
export const askedFor = async (rig: Rig, { href }: URL): Promise<string> => {
  expect(href.startsWith(rig.url), href).toBe(true)
  const path = href.slice(rig.url.length)
  const [begin = '', channel = ''] = /^\/s\/[^/]+\/([^/]+)\//.exec(path) ?? []
  const under = begin === '' ? '' : `/s/${await freshPass(rig, channel)}/${channel}/`
  rig.origin.seen.length = 0
  await rig.get(under + path.slice(begin.length))
  return rig.origin.seen[0]?.url ?? ''
}
