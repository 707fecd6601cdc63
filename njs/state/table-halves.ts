import { numbers, renewText, texts } from './memory.ts'

/** Tables that are loaded beside the live one and then flipped. */
export type FlippedTable = 'networks' | 'channels'

/**
 * What a half says of itself: a reload that changes its size empties it, and its marks with it. No row's key begins with a blank.
 * `filled`: Unix ms at which it was whole; `version`: of what it holds; `load`: what of it is loaded; `spare`: keeps room for the others.
 */
const MARKS = { filled: ' filled', version: ' version', load: ' load', spare: ' spare' } as const
type Mark = keyof typeof MARKS

/** Counts every change of a table; its lowest bit says which half is live. Nothing until it was loaded once. */
export const tableGeneration = (name: FlippedTable): number | undefined =>
  numbers('gh_state').get(name)

const halfOf = (name: FlippedTable, isSecond: boolean): NgxSharedDict<string> => {
  if (name === 'networks') return texts(isSecond ? 'gh_networks_b' : 'gh_networks_a')
  return texts(isSecond ? 'gh_channels_b' : 'gh_channels_a')
}

const filledAt = (half: NgxSharedDict<string>): number => Number(half.get(MARKS.filled) ?? 0)

/** Generations whose live half was found filled. A zone is emptied by a reload alone, and that comes with new contexts. */
const found: Record<FlippedTable, number> = { networks: -1, channels: -1 }

/** The live half of a table: `null` until it was loaded, and again where a reload has emptied it. */
export const liveTable = (name: FlippedTable): NgxSharedDict<string> | null => {
  const generation = tableGeneration(name)
  if (generation === undefined) return null
  const half = halfOf(name, generation % 2 === 1)
  if (found[name] === generation) return half
  if (filledAt(half) === 0) return null
  found[name] = generation
  return half
}

/** The half of a table that is not live: the first until something was loaded. */
export const idleTable = (name: FlippedTable): NgxSharedDict<string> => {
  const generation = tableGeneration(name)
  return halfOf(name, generation !== undefined && generation % 2 === 0)
}

/**
 * Makes the half live that was filled last. Which one that is stands in a dictionary of its own, which a reload may have emptied, and which
 * the workers from before a reload write to after it.
 */
export const settleTable = (name: FlippedTable): void => {
  const [first, second] = [filledAt(halfOf(name, false)), filledAt(halfOf(name, true))]
  const newest = second > first ? 1 : 0
  const generation = tableGeneration(name)
  if (Math.max(first, second) === 0 || (generation ?? -1) % 2 === newest) return
  numbers('gh_state').set(name, generation === undefined ? newest : generation + 1)
}

/** What a half says of itself; `undefined` = nothing. */
export const readMark = (half: NgxSharedDict<string>, mark: Mark): string | undefined =>
  half.get(MARKS[mark])

/** Has a half say something of itself. Throws where it is full. */
export const writeMark = (half: NgxSharedDict<string>, mark: Mark, text: string): void => {
  if (!renewText(half, MARKS[mark], text)) throw new Error('there is no room')
}

/** Takes back what a half says of itself. */
export const dropMark = (half: NgxSharedDict<string>, mark: Mark): void => {
  half.delete(MARKS[mark])
}

/** Empties the idle half before it is filled, with room kept for what it will say of itself. */
export const beginFilling = (name: FlippedTable): void => {
  const half = idleTable(name)
  half.clear()
  for (const mark of ['version', 'load', 'spare'] as const) half.set(MARKS[mark], ' '.repeat(120))
}

/** Makes the idle half the live one, now that it is whole. */
export const flipTable = (name: FlippedTable): void => {
  const half = idleTable(name)
  const generation = tableGeneration(name)
  const other = generation === undefined ? 0 : filledAt(halfOf(name, generation % 2 === 1))
  dropMark(half, 'spare')
  writeMark(half, 'filled', String(Math.max(Date.now(), other + 1)))
  numbers('gh_state').set(name, generation === undefined ? 0 : generation + 1)
}

/** Notes that rows of the live half changed. */
export const noteTableChange = (name: FlippedTable): void => {
  const generation = tableGeneration(name)
  if (generation !== undefined) numbers('gh_state').set(name, generation + 2)
}

/** Version of the table that is live; `null` = none is. */
export const tableVersion = (name: FlippedTable): string | null => {
  const half = liveTable(name)
  const version = half === null ? undefined : readMark(half, 'version')
  return version === undefined || version.trim() === '' ? null : version
}
