import { expect } from 'vitest'
import type { Rig } from './rig.ts'

/** Opens a channel, and returns the address of its folder under the pass. */
export const openFolder = async (rig: Rig, channel = 'ch1'): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  return new URL((opened.headers.get('location') ?? '').replace(/[^/]*$/, ''), rig.url).href
}

/** Requests an address of the edge, and returns what the origin was asked for first: its path and query, empty where it was not asked. */
export const askedFor = async (rig: Rig, { href }: URL): Promise<string> => {
  expect(href.startsWith(rig.url), href).toBe(true)
  rig.origin.seen.length = 0
  await rig.get(href.slice(rig.url.length))
  return rig.origin.seen[0]?.url ?? ''
}
