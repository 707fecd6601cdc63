import { forgetRefused, numbers, renewText, texts } from './memory.ts'

/** Tables that are double-buffered: a new version is loaded into the idle zone, which then becomes the live one. */
export type FlippedTable = 'networks' | 'channels'

/**
 * Marks in each of a table's two zones: a reload that changes a zone's size empties both rows and marks. Keys of marks begin with a blank, keys of rows never.
 * `filled`: Unix ms at which the table was complete; `version`: of the table; `load`: progress of loading; `spare`: reserves room for the others.
 */
const MARKS = { filled: ' filled', version: ' version', load: ' load', spare: ' spare' } as const
type Mark = keyof typeof MARKS

/** Counter of a table's changes, whose lowest bit says which zone is live; `undefined` before the table was first loaded. */
export const tableGeneration = (name: FlippedTable): number | undefined =>
  numbers('gh_state').get(name)

const halfOf = (name: FlippedTable, isSecond: boolean): NgxSharedDict<string> => {
  if (name === 'networks') return texts(isSecond ? 'gh_networks_b' : 'gh_networks_a')
  return texts(isSecond ? 'gh_channels_b' : 'gh_channels_a')
}

const filledAt = (half: NgxSharedDict<string>): number => Number(half.get(MARKS.filled) ?? 0)

/** Generations whose live zone is known to be complete. Cached per worker: only a reload empties a zone, and it starts new workers. */
const found: Record<FlippedTable, number> = { networks: -1, channels: -1 }

/** The live zone of a table; `null` before it was loaded, and again where a reload has emptied it. */
export const liveTable = (name: FlippedTable): NgxSharedDict<string> | null => {
  const generation = tableGeneration(name)
  if (generation === undefined) return null
  const half = halfOf(name, generation % 2 === 1)
  if (found[name] === generation) return half
  if (filledAt(half) === 0) return null
  found[name] = generation
  return half
}

/** The zone of a table that is not live; the first before the table was loaded. */
export const idleTable = (name: FlippedTable): NgxSharedDict<string> => {
  const generation = tableGeneration(name)
  return halfOf(name, generation !== undefined && generation % 2 === 0)
}

/**
 * Makes the zone live that was completed last. Which one is live is stored in another zone, which a reload may have emptied, and to which workers from
 * before the reload still write.
 */
export const settleTable = (name: FlippedTable): void => {
  const [first, second] = [filledAt(halfOf(name, false)), filledAt(halfOf(name, true))]
  const newest = second > first ? 1 : 0
  const generation = tableGeneration(name)
  if (Math.max(first, second) === 0 || (generation ?? -1) % 2 === newest) return
  numbers('gh_state').set(name, generation === undefined ? newest : generation + 1)
}

/** A zone's mark; `undefined` = it has none. */
export const readMark = (half: NgxSharedDict<string>, mark: Mark): string | undefined =>
  half.get(MARKS[mark])

/** Sets a zone's mark. Throws where the zone is full. */
export const writeMark = (half: NgxSharedDict<string>, mark: Mark, text: string): void => {
  if (!renewText(half, MARKS[mark], text)) throw new Error('there is no room')
}

/** Deletes a zone's mark. */
export const dropMark = (half: NgxSharedDict<string>, mark: Mark): void => {
  half.delete(MARKS[mark])
}

/** Clears the idle zone before a table is loaded into it, and reserves room for its marks. */
export const beginFilling = (name: FlippedTable): void => {
  const half = idleTable(name)
  half.clear()
  for (const mark of ['version', 'load', 'spare'] as const) half.set(MARKS[mark], ' '.repeat(120))
}

/** Makes the idle zone the live one, after its table is complete. */
export const flipTable = (name: FlippedTable): void => {
  const half = idleTable(name)
  const generation = tableGeneration(name)
  const other = generation === undefined ? 0 : filledAt(halfOf(name, generation % 2 === 1))
  dropMark(half, 'spare')
  writeMark(half, 'filled', String(Math.max(Date.now(), other + 1)))
  numbers('gh_state').set(name, generation === undefined ? 0 : generation + 1)
  forgetRefused()
}

/** Counts a change of the live zone's rows. */
export const noteTableChange = (name: FlippedTable): void => {
  const generation = tableGeneration(name)
  if (generation !== undefined) numbers('gh_state').set(name, generation + 2)
  forgetRefused()
}

/** Version of the live table; `null` = none is loaded. */
export const tableVersion = (name: FlippedTable): string | null => {
  const half = liveTable(name)
  const version = half === null ? undefined : readMark(half, 'version')
  return version === undefined || version.trim() === '' ? null : version
}
