import { describe, expect, it } from 'vitest'
import { type CheckPorts, checkAlone } from '../../../../control/access/admission/check.ts'
import type { OpenedEvent } from '../../../../control/access/admission/opening.ts'
import type { Admission } from '../../../../control/sessions/model/session-store.ts'
import { account, createWorld, NOW } from './opening-parts.ts'

const ADMITTED: Admission = {
  outcome: 'admitted',
  sid: 'of the store',
  key: 'K'.repeat(16),
  leaseMs: 30_000,
  isKnown: false,
  openedMs: NOW,
}
const REFUSED: Admission = { outcome: 'refused', reason: 'cap.streams', denyUntil: 0 }
/** How long before it is reported the session was opened, ms. */
const AGO = 20_000

/** Reports a session that an edge let in by itself, and says what is recorded of it. */
const report = async (
  admission: Admission,
  options: { channel?: string; asked?: string; openedAt?: number } = {},
) => {
  const { channel = 'news', asked = channel, openedAt = NOW - AGO } = options
  const { ports, signer } = await createWorld({ accounts: [account()] })
  const recorded: OpenedEvent[] = []
  const checkPorts: CheckPorts = {
    ...ports,
    sessions: { check: async () => await Promise.resolve(admission) },
    lifecycle: { returned: async () => await Promise.resolve(null) },
    record: (event) => void recorded.push(event),
  }
  const sid = signer.sessionId('r1')
  const claims = { account: 'own:a1', group: 'home', sid, download: null } as const
  const pass = signer.mintPass({ ...claims, protocol: 'hls', failMode: 'open' }, channel, NOW - AGO)
  const answer = await checkAlone(
    {
      pass,
      channel: asked,
      key: 'K'.repeat(16),
      silentSec: -1,
      address: '192.168.1.5',
      agent: 'VLC/3.0.20',
      playback: null,
      edge: 'edge-1',
      openedAt,
      now: NOW,
    },
    checkPorts,
  )
  const rows = recorded.map(({ type, at, reason }) => [type, at, reason])
  return { outcome: answer.outcome, rows, recorded, sid }
}

describe('of a session that an edge let in by itself', () => {
  it('its opening is recorded, when it was, once it is let in', async () => {
    const { outcome, rows, recorded, sid } = await report(ADMITTED, { channel: 'film' })
    expect([outcome, rows]).toEqual(['admitted', [['opened', NOW - AGO, 'ok']]])
    expect(recorded[0]).toMatchObject({
      sid,
      account: 'own:a1',
      accountName: 'flat 12',
      group: 'home',
      channel: 'film',
      isLive: false,
      network: '192.168.1.5',
      edge: 'edge-1',
    })
  })

  it('opening and end are recorded where it may not go on', async () => {
    const { outcome, rows, recorded } = await report(REFUSED)
    expect(outcome).toBe('refused')
    expect(rows).toEqual([
      ['opened', NOW - AGO, 'ok'],
      ['refused', NOW, 'cap.streams'],
    ])
    expect(new Set(recorded.map(({ sid }) => sid)).size).toBe(1)
  })

  it('nothing is recorded twice, nor of a pass that is not genuine', async () => {
    expect((await report({ ...ADMITTED, isKnown: true })).rows).toEqual([])
    const stolen = await report(ADMITTED, { asked: 'film' })
    expect([stolen.outcome, stolen.rows]).toEqual(['refused', []])
  })

  it('an edge whose clock is ahead opens nothing later than now', async () => {
    const { rows } = await report(ADMITTED, { openedAt: NOW + AGO })
    expect(rows).toEqual([['opened', NOW, 'ok']])
  })
})
