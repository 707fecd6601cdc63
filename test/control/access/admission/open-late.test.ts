import { describe, expect, it } from 'vitest'
import { open } from '../../../../control/access/admission/open.ts'
import type { OpenAnswer } from '../../../../control/access/admission/opening.ts'
import { createWorld, opening } from './opening-parts.ts'

/** Opens for an edge that waits for its first `waits` looks, and says what came of it; `isJoined`: another opening goes on with the session meanwhile. */
const openFor = async (
  waits: number,
  { isJoined = false, ...fields }: { inferredKey?: string; isJoined?: boolean } = {},
): Promise<{ answer: OpenAnswer['outcome']; claims: number; ended: number; events: string[] }> => {
  const { ports, claims, ticket, events } = await createWorld()
  const ended: string[] = []
  let looks = 0
  const isAwaited = () => {
    looks += 1
    return looks <= waits
  }
  const sessions = {
    ...ports.sessions,
    leave: async (key: string) => {
      if (!isJoined) ended.push(key)
      return await Promise.resolve(!isJoined)
    },
  }
  const credential = { kind: 'ticket', ticket: ticket('home', 'network') } as const
  const asked = { ...opening({ credential, channel: 'news', ...fields }), isAwaited }
  const { outcome } = await open(asked, { ...ports, sessions })
  return { answer: outcome, claims: claims.length, ended: ended.length, events }
}

describe('an opening whose edge', () => {
  it('waits is let in', async () => {
    const { answer, claims, ended } = await openFor(9)
    expect([answer, claims, ended]).toEqual(['admitted', 1, 0])
  })

  it('has given up before it is counted takes no place', async () => {
    const { answer, claims, events } = await openFor(0)
    expect([answer, claims, events]).toEqual(['refused', 0, []])
  })

  it('gives up while it is counted leaves its place at once', async () => {
    const { answer, claims, ended, events } = await openFor(1)
    expect([answer, claims, ended, events]).toEqual(['refused', 1, 1, []])
  })

  it('gives up while another goes on with the session counts as opened', async () => {
    const { answer, claims, ended, events } = await openFor(1, { isJoined: true })
    expect([answer, claims, ended]).toEqual(['admitted', 1, 0])
    expect(events).toContain('opened ok')
  })

  it('plays by a key of its own goes on', async () => {
    const { answer, ended } = await openFor(0, { inferredKey: 'AAAAAAAAAAAAAAAA' })
    expect([answer, ended]).toEqual(['admitted', 0])
  })
})
