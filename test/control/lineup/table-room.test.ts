import { describe, expect, it } from 'vitest'
import { tableBytes, tableTooLarge } from '../../../control/lineup/table-room.ts'

const table = (channels: number) => {
  const rows = new Map<string, string>()
  for (let i = 0; i < channels; i += 1) {
    rows.set(`c${i}`, `http://127.0.0.1:28289|/c${i}/|index.m3u8||hls||home|`)
    rows.set(`d:http://127.0.0.1:28289/c${i}/`, `c${i}`)
  }
  return rows
}

describe('room for tables at the edge', () => {
  it('counts what nginx measures, 300 to 500 bytes a channel, and a page for what is large', async () => {
    const each = (await tableBytes(table(10_000))) / 10_000
    expect(each).toBeGreaterThan(300)
    expect(each).toBeLessThan(500)
    expect(await tableBytes(new Map([['k', 'x'.repeat(5000)]]))).toBe(128 + 8192)
  })

  it('refuses what would fill a zone, naming the setting', async () => {
    expect(await tableTooLarge(table(50_000), 32, 'edge.zones.channels_mb')).toBeNull()
    expect(await tableTooLarge(table(120_000), 32, 'edge.zones.channels_mb')).toMatch(
      /needs \d+ MB .* edge\.zones\.channels_mb gives 32/,
    )
  })
})
