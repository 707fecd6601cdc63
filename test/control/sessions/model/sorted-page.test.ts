import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveSession } from '../../../../control/sessions/model/live-session.ts'
import type { SessionQuery } from '../../../../control/sessions/model/session-view.ts'
import { isSortedPlace, sortedPageOf } from '../../../../control/sessions/model/sorted-page.ts'

const sessionOf = (at: number): LiveSession => ({
  id: `s${at}`,
  sid: `sid${at}`,
  account: 'own:a',
  accountName: null,
  channel: `ch${at % 3}`,
  device: 'device',
  network: '192.0.2.1',
  download: null,
  address: '192.0.2.1',
  agent: 'VLC/3',
  country: null,
  edge: 'e1',
  seenBy: 'e1',
  group: 'home',
  protocol: 'hls',
  tokenPrint: null,
  state: 'playing',
  openedAt: Math.floor(at / 2),
  startedAt: 1,
  lastSeenAt: at % 5,
  bytes: at % 4,
  requests: 1,
})

const SORTS = ['openedAt', '-openedAt', 'lastSeenAt', '-lastSeenAt', 'bytes', '-bytes', 'channel']
const sorts = fc.constantFrom(...(SORTS as NonNullable<SessionQuery['sort']>[]))
const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 30 })

test('whoever plays all the time is listed once, however others come and go between the pages', () => {
  fc.assert(
    fc.property(
      sorts,
      numbers,
      fc.array(numbers, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (sort, lasting, guests, limit) => {
        const seen: string[] = []
        let cursor: string | undefined
        for (let page = 0; page < 100; page += 1) {
          const here = new Set([...lasting, ...(guests[page % guests.length] ?? [])])
          const got = sortedPageOf([...here].map(sessionOf), { sort, limit, cursor })
          seen.push(...got.items.map(({ id }) => id))
          if (got.next === null) break
          cursor = got.next
          expect(isSortedPlace(cursor, sort)).toBe(true)
        }
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen).toEqual(expect.arrayContaining(lasting.map((at) => `s${at}`)))
      },
    ),
  )
})

test.each(['', 'at:2', 'garbage', '%00', 'W10', Buffer.from('["x","y"]').toString('base64url')])(
  'no page of bytes ended at %j',
  (cursor) => {
    expect(isSortedPlace(cursor, 'bytes')).toBe(false)
  },
)
