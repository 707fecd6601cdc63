import { eachInTurns } from '../playlists/catalogue/yield-to-event-loop.ts'

/** Bytes of a tree node and string header that nginx's shared memory adds to each key. */
const NODE_BYTES = 80
const PAGE_BYTES = 4096

/**
 * nginx's slab allocator rounds up to powers of two, and from half a page on to pages (ngx_slab.c).
 */
const allotted = (bytes: number): number =>
  bytes > PAGE_BYTES / 2
    ? Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
    : 2 ** Math.ceil(Math.log2(Math.max(8, bytes)))

/** Approximate bytes of a table in an edge's shared memory. */
export const tableBytes = async (rows: ReadonlyMap<string, string>): Promise<number> => {
  let bytes = 0
  await eachInTurns(rows, ([key, value]) => {
    bytes += allotted(NODE_BYTES + key.length) + allotted(value.length)
  })
  return bytes
}

/** Usable share of a zone: the allocator needs some, and during a change both old and new values are stored. */
const USABLE = 0.85

/** A sentence that a table does not fit into its zone of the edge; `null` where it fits. */
export const tableTooLarge = async (
  rows: ReadonlyMap<string, string>,
  zoneMb: number,
  setting: string,
): Promise<string | null> => {
  const needed = Math.ceil((await tableBytes(rows)) / USABLE / 1024 / 1024)
  if (needed <= zoneMb) return null
  return `needs ${needed} MB of the edge's memory, ${setting} gives ${zoneMb}`
}
