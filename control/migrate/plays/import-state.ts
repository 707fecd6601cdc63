import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import type { ImportInput } from './import-input.ts'

const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description === undefined ? {} : { description }) })
const maybe = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const TALLY = Type.Object({
  rows: count(),
  inserted: count(),
  updated: count(),
  unchanged: count(),
  expired: count('Older than what is kept.'),
  bad: count('Left out and listed.'),
  otherAccount: Type.Optional(
    count(
      'Plays told under another account than history had before, as those of another server of the same name are; the account of the later news stands.',
    ),
  ),
})

const label = (description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 128 }), Type.Null()], { description }))

/** How far an import is; kept after each batch, so that one that broke off goes on. Times in Unix milliseconds. */
export const IMPORT_STATE = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{24}$' }),
  kind: Type.Union([Type.Literal('history'), Type.Literal('tautulli'), Type.Literal('jellystat')]),
  name: Type.String({ maxLength: 4096, description: 'The file, or where it was asked for.' }),
  server: label('The media server whose past it is.'),
  owner: label("Tautulli's user id of the server's owner."),
  state: Type.Union(
    [
      Type.Literal('waiting'),
      Type.Literal('reading'),
      Type.Literal('judging'),
      Type.Literal('done'),
      Type.Literal('failed'),
      Type.Literal('cancelled'),
    ],
    {
      description:
        '`waiting`: another one is read first; `judging`: all is read, detection goes over it.',
    },
  ),
  position: Type.Number({ minimum: 0, description: 'Where an import that broke off goes on.' }),
  rejectedBytes: count('Length of the list of bad rows.'),
  tally: TALLY,
  sources: Type.Array(Type.String(), { maxItems: 1000, description: 'As the plays name them.' }),
  from: maybe('When the first play began.'),
  to: maybe('When the last play was seen last.'),
  startedAt: Type.Number(),
  updatedAt: Type.Number(),
  fraction: maybe('Share that was read, 0 to 1; null where nobody knows.'),
  rowsPerSecond: maybe('In this run.'),
  secondsLeft: maybe('At the pace of this run.'),
  findings: maybe('Findings about the imported past; null before detection went over it.'),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed.' }),
})

/** Rows counted by what became of them. */
export type ImportTally = Readonly<Static<typeof TALLY>>

/** How far an import is. */
export type ImportState = Readonly<Static<typeof IMPORT_STATE>>

/** Id of the import of an input: 24 hex digits of SHA-256. */
export const importId = (identity: string): string =>
  createHash('sha256').update(identity).digest('hex').slice(0, 24)

/** Nothing yet. */
export const NONE: ImportTally = {
  rows: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  expired: 0,
  bad: 0,
  otherAccount: 0,
}

/** What an import is of, as it was asked for. */
export type ImportAsked = Pick<ImportState, 'kind' | 'name' | 'server' | 'owner'>

/** An import that begins. */
export const newImport = (id: string, { kind, name }: ImportAsked, now: number): ImportState => ({
  id,
  kind,
  name,
  state: 'reading',
  position: 0,
  rejectedBytes: 0,
  tally: NONE,
  sources: [],
  from: null,
  to: null,
  startedAt: now,
  updatedAt: now,
  fraction: null,
  rowsPerSecond: null,
  secondsLeft: null,
  findings: null,
  problem: null,
})

/** The import of an input that begins. */
export const importOf = (input: ImportInput, now: number): ImportState =>
  newImport(importId(input.identity), input, now)

/** The state to begin with: the one that was kept, where an import of the same input broke off, else a new one. */
export const startingState = (kept: ImportState | null, fresh: ImportState): ImportState =>
  kept !== null && kept.state !== 'done' && kept.position > 0
    ? { ...kept, state: 'reading', problem: null }
    : fresh
