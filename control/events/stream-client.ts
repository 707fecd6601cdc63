/** The commands used of ioredis' `Redis` or `Cluster`. */
export interface StreamClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>
}

/** An entry of a stream; without a body where it was trimmed before it was read. */
export interface Entry {
  readonly id: string
  readonly body: string | undefined
  readonly isTrimmed: boolean
}

/** Field of an entry with its event. */
export const BODY = 'e'

/** The entries in XREADGROUP's answer for one stream: RESP2 nests name and entries, RESP3's map comes flat. */
export function readEntries(reply: unknown): Entry[] {
  const list = listOf(reply)
  const [, entries] = typeof list[0] === 'string' ? list : listOf(list[0])
  return entriesOf(entries)
}

/** The entries in XAUTOCLAIM's answer. */
export const claimedEntries = (reply: unknown): Entry[] => entriesOf(listOf(reply)[1])

/** The entries of a range. */
export function entriesOf(value: unknown): Entry[] {
  return listOf(value).map((entry) => {
    const [id, fields] = listOf(entry)
    const pairs = listOf(fields)
    const at = pairs.indexOf(BODY)
    const body = at < 0 ? undefined : pairs[at + 1]
    return {
      id: String(id),
      body: typeof body === 'string' ? body : undefined,
      isTrimmed: fields === null,
    }
  })
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A reply of alternating names and values, as of XINFO, as a map. */
export function namedValues(reply: unknown): Map<string, unknown> {
  const list = listOf(reply)
  const named = new Map<string, unknown>()
  for (let at = 0; at + 1 < list.length; at += 2) named.set(String(list[at]), list[at + 1])
  return named
}

/** The groups reading a stream; none where there is no stream yet. */
export async function groupsOf(redis: StreamClient, key: string): Promise<Map<string, unknown>[]> {
  try {
    return listOf(await redis.call('XINFO', 'GROUPS', key)).map(namedValues)
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return []
    throw error
  }
}
