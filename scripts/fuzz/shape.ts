import type { Random } from './random.ts'

/**
 * How the bytes of a request go out: at once; cut off somewhere, with nothing behind; in small pieces; several requests one behind
 * the other; before or behind something that is no HTTP.
 */
export type Shape = 'whole' | 'cut' | 'pieces' | 'pipelined' | 'junk'

/** Shapes by how often they are drawn. */
const SHAPES: readonly Shape[] = [
  ...Array.from({ length: 12 }, () => 'whole' as const),
  'cut',
  'pieces',
  'pipelined',
  'junk',
]

/** What other protocols begin with, and what a client that lost its place sends. */
const JUNK = [
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n',
  '\r\n\r\n\r\n',
  '\0\0\0\0\0\0\0\0',
  'SSH-2.0-x\r\n',
  'RTSP/1.0 200 OK\r\n\r\n',
  '\x05\x01\x00',
  '<policy-file-request/>\0',
  '\xff'.repeat(3000),
]

const MOST_PIECES = 40

/** The shape of a request. */
export const pickShape = (random: Random): Shape => random.pick(SHAPES)

/** The pieces that go out, one behind the other, for a request and those that follow it on its connection. */
export const piecesOf = (
  random: Random,
  shape: Shape,
  [request = '', ...next]: readonly string[],
): readonly string[] => {
  switch (shape) {
    case 'cut':
      return [request.slice(0, random.below(request.length))]
    case 'pieces': {
      const size = Math.ceil(request.length / (1 + random.below(MOST_PIECES)))
      const count = Math.ceil(request.length / size)
      return Array.from({ length: count }, (_, at) => request.slice(at * size, (at + 1) * size))
    }
    case 'pipelined':
      return [[request, ...next].join('').replaceAll(/Connection: close\r\n/g, '') + LAST]
    case 'junk':
      return random.oneIn(2)
        ? [random.pick(JUNK) + request]
        : [request.slice(0, random.below(request.length)) + random.pick(JUNK)]
    case 'whole':
      break
  }
  return [request]
}

const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** The statuses of all answers on a connection; the bodies of ours hold no status line. */
export const statusesIn = (got: string): readonly number[] =>
  [...got.matchAll(/HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n/g)]
    .map(([, status]) => Number(status))
    .filter((status) => status !== 100)
