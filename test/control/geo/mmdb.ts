/** What a record may hold. */
export type Value = string | number | Value[] | { readonly [key: string]: Value }

const control = (type: number, size: number): Buffer => {
  const first = type > 7 ? 0 : type << 5
  const extended = type > 7 ? [type - 7] : []
  if (size < 29) return Buffer.from([first | size, ...extended])
  return Buffer.from([first | 29, ...extended, size - 29])
}

const encode = (value: Value): Buffer => {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([control(2, text.length), text])
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)])
  if (typeof value === 'object') {
    const fields = Object.entries(value)
    const parts = fields.flatMap(([key, field]) => [encode(key), encode(field)])
    return Buffer.concat([control(7, fields.length), ...parts])
  }
  if (Number.isInteger(value) && value >= 0) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    const used = bytes.subarray(bytes.findIndex((byte) => byte > 0) & 3)
    return value === 0 ? control(6, 0) : Buffer.concat([control(6, used.length), used])
  }
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return Buffer.concat([control(3, 8), bytes])
}

/** A MaxMind-format file in which every address whose first bit is 1 has the record and no other has one. */
export const mmdb = (record: Value, ipVersion: 4 | 6 = 4, databaseType = 'test'): Buffer => {
  const nodeCount = 1
  const node = Buffer.from([0, 0, nodeCount, 0, 0, nodeCount + 16])
  const about = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    database_type: databaseType,
    description: { en: 'test' },
    languages: ['en'],
    node_count: nodeCount,
    record_size: 24,
  })
  const fields = Buffer.from(about)
  fields[0] = (7 << 5) | 9
  const version = Buffer.concat([encode('ip_version'), Buffer.from([0xa1, ipVersion])])
  const marker = Buffer.from([0xab, 0xcd, 0xef, ...Buffer.from('MaxMind.com')])
  return Buffer.concat([node, Buffer.alloc(16), encode(record), marker, fields, version])
}
