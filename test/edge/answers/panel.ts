import { expect } from 'vitest'
import type { Rig } from '../rig/rig.ts'

/** A login in a panel's addresses, and a ticket, none of which may reach a viewer. */
export const USER = 'viewer4711'
export const PASSWORD = 'pa55w0rdX'
export const TICKET = 'aB3dE5fG7hJ9kL1m'
export const BASE = `/live/${USER}/${PASSWORD}/`

/** Opens a channel; the path of its directory under the viewer's pass. */
export const open = async (at: Rig, channel: string): Promise<string> => {
  const opened = await at.get(`/live/${at.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}
