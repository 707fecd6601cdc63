/** A number of HPACK (RFC 7541, section 5.1) behind `flags`, in `bits` bits and as many bytes as it needs. */
const integer = (value: number, bits: number, flags: number): number[] => {
  const most = 2 ** bits - 1
  if (value < most) return [flags | value]
  const bytes = [flags | most]
  let rest = value - most
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

const literal = (text: string): Buffer =>
  Buffer.concat([Buffer.from(integer(text.length, 7, 0)), Buffer.from(text, 'latin1')])

/** A header as it is, neither indexed nor packed. */
const header = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0]), literal(name), literal(value)])

const FRAME = { data: 0, headers: 1, settings: 4, continuation: 9 } as const
const END_STREAM = 1
const END_HEADERS = 4
const LARGEST = 16_384

const frame = (type: number, flags: number, stream: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, body])
}

const cut = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.max(1, Math.ceil(bytes.length / LARGEST)) }, (_, at) =>
    bytes.subarray(at * LARGEST, (at + 1) * LARGEST),
  )

const pseudo = (name: string, value: string): [string, string] => [name, value]

/** What HTTP/2 forbids stays in now and then, since a server has to refuse it. */
const headersOf = (lines: readonly string[]): [string, string][] =>
  lines.map((line) => {
    const at = line.indexOf(':')
    return at < 0
      ? [line.toLowerCase(), '']
      : [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
  })

/** The bytes of a connection in HTTP/2 (RFC 9113) that makes the same request. */
export const asHttp2 = (request: string): Buffer => {
  const end = request.indexOf('\r\n\r\n')
  const [first = '', ...lines] = request.slice(0, end).split('\r\n')
  const body = Buffer.from(request.slice(end + 4), 'latin1')
  const [, method = '', path = ''] = /^(\S*) (.*) \S*$/s.exec(first) ?? []
  const all = headersOf(lines.filter((line) => !/^(?:connection|host) *:/i.test(line)))
  const host = lines
    .find((line) => /^host:/i.test(line))
    ?.slice(5)
    .trim()
  const fields = [
    pseudo(':method', method),
    pseudo(':scheme', 'https'),
    pseudo(':path', path),
    ...(host === undefined ? [] : [pseudo(':authority', host)]),
    ...all,
  ]
  const blocks = cut(Buffer.concat(fields.map(([name, value]) => header(name, value))))
  const last = blocks.length - 1
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(FRAME.settings, 0, 0, Buffer.alloc(0)),
    ...blocks.map((block, at) =>
      frame(
        at === 0 ? FRAME.headers : FRAME.continuation,
        (at === last ? END_HEADERS : 0) | (at === 0 && body.length === 0 ? END_STREAM : 0),
        1,
        block,
      ),
    ),
    ...(body.length === 0
      ? []
      : cut(body).map((part, at, parts) =>
          frame(FRAME.data, at === parts.length - 1 ? END_STREAM : 0, 1, part),
        )),
  ])
}

/** Statuses that HPACK's static table has (RFC 7541, appendix A). */
const INDEXED: Readonly<Record<number, number>> = {
  0x88: 200,
  0x89: 204,
  0x8a: 206,
  0x8b: 304,
  0x8c: 400,
  0x8d: 404,
  0x8e: 500,
}

/** The status of the answer: `null` = not there yet; 0 = the connection or the stream is closed without one. */
export const statusOfHttp2 = (bytes: Buffer): number | null => {
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3)
    const type = bytes.readUInt8(at + 3)
    if (at + 9 + length > bytes.length) return null
    const body = bytes.subarray(at + 9, at + 9 + length)
    // RST_STREAM, GOAWAY
    if (type === 3 || type === 7) return 0
    if (type === FRAME.headers) {
      const start = (body[0] ?? 0) >= 0x20 && (body[0] ?? 0) < 0x40 ? 1 : 0
      const known = INDEXED[body[start] ?? 0]
      if (known !== undefined) return known
      const packed = body.subarray(start, start + 5)
      const digits = packed.subarray(2, 2 + ((packed[1] ?? 0) & 0x7f))
      // nginx packs no digits.
      return Number(digits.toString('latin1')) || 0
    }
    at += 9 + length
  }
  return null
}
