import { expect, test } from 'vitest'
import { createRandom } from '../../../scripts/fuzz/random.ts'
import { pickShape, piecesOf, statusesIn } from '../../../scripts/fuzz/shape.ts'

const ONE = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

test('every shape is drawn, and pieces are the whole request', () => {
  const drawn = Array.from({ length: 400 }, (_, index) => pickShape(createRandom(1, index)))
  expect([...new Set(drawn)].toSorted()).toEqual(['cut', 'junk', 'pieces', 'pipelined', 'whole'])
  for (let seed = 0; seed < 20; seed += 1) {
    const random = createRandom(seed, 0)
    expect(piecesOf(random, 'pieces', [ONE]).join('')).toBe(ONE)
    expect(ONE.startsWith(piecesOf(random, 'cut', [ONE]).join(''))).toBe(true)
  }
})

test('requests behind each other ask for one end, and each answer counts', () => {
  const sent = piecesOf(createRandom(1, 1), 'pipelined', [ONE, ONE, ONE]).join('')
  expect(sent.split('GET ').length - 1).toBe(4)
  expect(sent.split('Connection: close').length - 1).toBe(1)
  const got =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 503 Busy\r\n\r\n'
  expect(statusesIn(got)).toEqual([200, 503])
})
