import type { TableName, TablePage, TableStep } from '../../domain/channels/protocol.ts'
import { parseJson } from '../../platform/json.ts'
import { logError } from '../../platform/log.ts'
import { callControl } from '../../platform/request.ts'
import { nowSec, numbers, renewText, texts } from '../memory.ts'
import {
  beginFilling,
  dropMark,
  flipTable,
  idleTable,
  liveTable,
  noteTableChange,
  readMark,
  settleTable,
  tableVersion,
  writeMark,
} from '../table-halves.ts'

const TABLES: readonly TableName[] = ['networks', 'channels']
/** A version that found no room is tried again after this. */
const NO_ROOM_SEC = 30

/** A whole table in progress; kept between seconds in the half it fills. */
interface Load {
  readonly to: string
  readonly cursor: number
}

/** Notes where control's tables stand. */
export const noteSteps = (steps: readonly TableStep[]): void => {
  for (const step of steps) renewText(texts('gh_texts'), `${step.name}Wanted`, step.to)
}

const readLoad = (name: TableName): Load | null => {
  const text = readMark(idleTable(name), 'load')?.trim() ?? ''
  return text === '' ? null : parseJson<Load>(text)
}

/** A number of its own in a dictionary of numbers: it can be written however full the others are. */
const noRoomName = (name: TableName): string => `${name}NoRoom`

/** Whether the table control has did not fit in here lately. */
const hasNoRoom = (name: TableName): boolean =>
  (numbers('gh_state').get(noRoomName(name)) ?? 0) > nowSec()

const noteNoRoom = (name: TableName): Error => {
  numbers('gh_state').set(noRoomName(name), nowSec() + NO_ROOM_SEC)
  return new Error('there is no room for it; the one before goes on to hold')
}

const put = (dict: NgxSharedDict<string>, page: TablePage): boolean => {
  for (const key of page.delete) dict.delete(key)
  for (const key in page.set) if (!renewText(dict, key, page.set[key] ?? '')) return false
  return true
}

/** Changes the live half; as it was before where there is no room for all of it. */
const change = (name: TableName, page: TablePage): void => {
  const live = liveTable(name)
  if (live === null) throw new Error('a difference to nothing')
  const keys = [...page.delete, ...Object.keys(page.set)]
  const before = keys.map((key) => [key, live.get(key)] as const)
  const isDone = put(live, page)
  if (!isDone) {
    for (const key in page.set) live.delete(key)
    for (const [key, text] of before) if (text !== undefined) renewText(live, key, text)
  }
  noteTableChange(name)
  if (!isDone) throw noteNoRoom(name)
  writeMark(live, 'version', page.to)
}

/** Takes a page of a whole table into the idle half; true when the table is complete, and live. */
const fill = (name: TableName, page: TablePage, cursor: number): boolean => {
  if (cursor === 0) beginFilling(name)
  const idle = idleTable(name)
  if (!put(idle, page)) {
    idle.clear()
    throw noteNoRoom(name)
  }
  if (page.next !== null) {
    const load: Load = { to: page.to, cursor: page.next }
    writeMark(idle, 'load', JSON.stringify(load))
    return false
  }
  dropMark(idle, 'load')
  writeMark(idle, 'version', page.to)
  flipTable(name)
  return true
}

const askPage = async (inner: string, name: TableName, query: string): Promise<TablePage> => {
  const answer = await callControl(inner, `/tables/${name}?${query}`)
  if (answer.status !== 200) throw new Error(`control answered ${answer.status}`)
  return parseJson<TablePage>(answer.body)
}

/** Goes on with a whole table; true when it is complete. */
const goOn = async (inner: string, name: TableName, load: Load): Promise<boolean> => {
  const { to, cursor } = load
  const page = await askPage(inner, name, `cursor=${cursor}&to=${encodeURIComponent(to)}`)
  if (page.to === to) return fill(name, page, cursor)
  // The table changed while it was loaded: what came so far is of no use.
  dropMark(idleTable(name), 'load')
  return false
}

/**
 * Loads one page; true when the table is complete. A difference of one page is put into the live half; a longer one would be seen in parts,
 * and so the whole table is loaded beside it.
 */
const loadPage = async (inner: string, name: TableName): Promise<boolean> => {
  const load = readLoad(name)
  if (load !== null) return await goOn(inner, name, load)
  const version = tableVersion(name)
  const query = version === null ? '' : `&from=${encodeURIComponent(version)}`
  const page = await askPage(inner, name, `cursor=0${query}`)
  if (page.from === null) return fill(name, page, 0)
  if (page.next !== null) return fill(name, await askPage(inner, name, 'cursor=0'), 0)
  change(name, page)
  return true
}

const isBehind = (name: TableName): boolean => {
  const wanted = texts('gh_texts').get(`${name}Wanted`)
  return wanted !== undefined && wanted !== tableVersion(name) && !hasNoRoom(name)
}

/** Tables of control's that did not fit in here lately: the older ones go on to hold. */
export const tablesWithoutRoom = (): TableName[] => TABLES.filter(hasNoRoom)

/** Makes those halves live that were filled last. */
export const settleTables = (): void => TABLES.forEach(settleTable)

/** Loads what is missing until the deadline; the rest follows in the next second. One that cannot be loaded keeps no other waiting. */
export const loadTables = async (inner: string, deadline: number): Promise<void> => {
  for (const name of TABLES) {
    try {
      while (isBehind(name)) {
        if (Date.now() > deadline) return
        await loadPage(inner, name)
      }
    } catch (problem) {
      logError(`table ${name}`, problem)
    }
  }
}
