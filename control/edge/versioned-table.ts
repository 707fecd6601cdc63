import { createHash } from 'node:crypto'
import type { TablePage } from '#domain/channels/protocol'
import {
  byCodeUnits,
  eachInTurns,
  filterInTurns,
  sortInTurns,
} from '../playlists/catalogue/yield-to-event-loop.ts'

/** A table that edges load: networks or channels. Its version is a hash of the content, and so the same after a restart. */
export interface VersionedTable {
  version(): string
  /** Makes content ready without holding up others; what it returns replaces the present content by it, at once, and says whether it has changed. */
  prepare(rows: ReadonlyMap<string, string>): Promise<() => boolean>
  /** A page of the difference from a version to the present one; `null` = of the whole table. */
  page(from: string | null, cursor: number): Promise<TablePage>
  get(key: string): string | undefined
  size(): number
}

interface Generation {
  readonly version: string
  readonly rows: ReadonlyMap<string, string>
}

interface Changes {
  /** Keys of rows that are new or other. */
  readonly set: readonly string[]
  readonly delete: readonly string[]
}

const PAGE_ROWS = 1000
const PAGE_BYTES = 512 * 1024
const KEPT_GENERATIONS = 4

/** Characters that are hashed at once. */
const HASHED = 64 * 1024

const EMPTY: ReadonlyMap<string, string> = new Map()

const versionOf = async (rows: ReadonlyMap<string, string>): Promise<string> => {
  const hash = createHash('sha256')
  let text = ''
  await eachInTurns(await sortInTurns([...rows.keys()], byCodeUnits), (key) => {
    text += `${key}\0${rows.get(key) ?? ''}\0`
    if (text.length < HASHED) return
    hash.update(text)
    text = ''
  })
  return hash.update(text).digest('base64url').slice(0, 16)
}

/** Of an empty table. */
const NO_VERSION = createHash('sha256').digest('base64url').slice(0, 16)

const differenceInTurns = async (
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): Promise<Changes> => ({
  set: await filterInTurns(now.keys(), (key) => old.get(key) !== now.get(key)),
  delete: await filterInTurns(old.keys(), (key) => !now.has(key)),
})

/** A page of changes, small enough not to block an edge's worker. */
const cut = (
  changes: Changes,
  now: ReadonlyMap<string, string>,
  cursor: number,
): Omit<TablePage, 'from' | 'to'> => {
  const rows: [string, string][] = []
  let index = cursor
  let bytes = 0
  while (index < changes.set.length && index - cursor < PAGE_ROWS && bytes < PAGE_BYTES) {
    const key = changes.set[index] ?? ''
    const value = now.get(key) ?? ''
    rows.push([key, value])
    bytes += key.length + value.length
    index += 1
  }
  const isLast = index >= changes.set.length
  return {
    set: Object.fromEntries(rows),
    delete: isLast ? changes.delete : [],
    next: isLast ? null : index,
  }
}

/** Creates an empty table; it keeps recent versions for differences. */
export const createVersionedTable = (): VersionedTable => {
  let generations: Generation[] = [{ version: NO_VERSION, rows: EMPTY }]
  /** To the present generation, by the version they are from. */
  let differences = new Map<string, Promise<Changes>>()
  const present = (): Generation => generations[0] ?? { version: NO_VERSION, rows: EMPTY }

  const changesFrom = (from: string | null): Promise<Changes> => {
    const old = from === null ? undefined : generations.find(({ version }) => version === from)
    const key = old?.version ?? ''
    const known = differences.get(key)
    if (known) return known
    const changes = differenceInTurns(old?.rows ?? EMPTY, present().rows)
    differences.set(key, changes)
    return changes
  }

  return {
    version: () => present().version,
    get: (key) => present().rows.get(key),
    size: () => present().rows.size,
    prepare: async (rows) => {
      const version = await versionOf(rows)
      const before = present()
      // Edges that follow along ask for this one.
      const changes = version === before.version ? null : await differenceInTurns(before.rows, rows)
      return () => {
        if (version === present().version) return false
        const isNext = changes !== null && before === present()
        differences = new Map(isNext ? [[before.version, Promise.resolve(changes)]] : [])
        generations = [{ version, rows }, ...generations].slice(0, KEPT_GENERATIONS)
        return true
      }
    },
    page: async (from, cursor) => {
      const { version: to, rows } = present()
      const isKnown = from !== null && generations.some(({ version }) => version === from)
      const base = isKnown ? from : null
      return { from: base, to, ...cut(await changesFrom(base), rows, cursor) }
    },
  }
}
