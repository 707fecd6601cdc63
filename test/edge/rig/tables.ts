import { ownerKey } from '#domain/addresses/owners'
import { type ChannelRecord, formatChannelRecord } from '#domain/channels/channel-table'
import type { EdgeGroup } from '#domain/channels/protocol'

/** A group as tests need it. */
export const group = (id: string, more: Partial<EdgeGroup> = {}): EdgeGroup => ({
  id,
  failMode: 'open',
  binding: 'strict',
  ticketTtlSec: 3600,
  cap: 2,
  isDefault: false,
  requiresAccount: false,
  countries: [],
  listVersion: 'v1',
  redirect: 'follow',
  inferredAgents: [],
  ...more,
})

/** Groups without caps: viewers of `all` are led to a pass, those of `unled` are served below their tickets. */
export const ledAndUnled: readonly EdgeGroup[] = [
  group('all', { isDefault: true, cap: 0 }),
  group('unled', { redirect: 'inferred', cap: 0 }),
]

/** Rows of the channel table. */
export const channelRows = (
  channels: Readonly<Record<string, Partial<ChannelRecord> & { origin: string; base: string }>>,
): Map<string, string> => {
  const rows = new Map<string, string>()
  for (const [id, it] of Object.entries(channels)) {
    const record: ChannelRecord = {
      login: '',
      entry: 'index.m3u8',
      query: '',
      protocol: 'hls',
      isShared: false,
      isClosed: false,
      isVod: false,
      isUnsure: false,
      archive: '',
      groups: ['all'],
      surgedFrom: [],
      ...it,
    }
    rows.set(id, formatChannelRecord(record))
    rows.set(ownerKey(record.origin, record.base + record.entry), id)
    rows.set(ownerKey(record.origin, record.base), id)
  }
  return rows
}
