import { expect } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'

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

/** Two edges: one that judges as it comes, and one that judges every segment one hop away, as in a crowd. */
export const startBoth = async (
  prepare: Parameters<typeof startRig>[0],
): Promise<readonly [Rig, Rig]> => [
  await startRig(prepare),
  await startRig(prepare, (it) => ({ ...it, judgedInPlace: 0 })),
]
