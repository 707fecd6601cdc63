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
/** Seconds after which a table that did not fit is loaded again. */
const NO_ROOM_SEC = 30

/** Progress of loading a whole table; stored in the idle zone between syncs. */
interface Load {
  readonly to: string
  readonly cursor: number
}

/** Stores the versions of control's tables. */
export const noteSteps = (steps: readonly TableStep[]): void => {
  for (const step of steps) renewText(texts('gh_texts'), `${step.name}Wanted`, step.to)
}

const readLoad = (name: TableName): Load | null => {
  const text = readMark(idleTable(name), 'load')?.trim() ?? ''
  return text === '' ? null : parseJson<Load>(text)
}

/** Key in `gh_state`, which has room when the tables' zones are full. */
const noRoomName = (name: TableName): string => `${name}NoRoom`

/** Whether control's version of the table did not fit in the last seconds. */
const hasNoRoom = (name: TableName): boolean =>
  (numbers('gh_state').get(noRoomName(name)) ?? 0) > nowSec()

const noteNoRoom = (name: TableName): Error => {
  numbers('gh_state').set(noRoomName(name), nowSec() + NO_ROOM_SEC)
  return new Error('there is no room for it; the version before stays in use')
}

const put = (dict: NgxSharedDict<string>, page: TablePage): boolean => {
  for (const key of page.delete) dict.delete(key)
  for (const key in page.set) if (!renewText(dict, key, page.set[key] ?? '')) return false
  return true
}

/** Applies a difference to the live zone; throws where there is no room for all of it, and then undoes it. */
const change = (name: TableName, page: TablePage): void => {
  const live = liveTable(name)
  if (live === null) throw new Error('a difference, but no table to apply it to')
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

/** Writes a page of a whole table to the idle zone; returns whether the table is complete, which makes it live. */
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

const fetchPage = async (inner: string, name: TableName, query: string): Promise<TablePage> => {
  const answer = await callControl(inner, `/tables/${name}?${query}`)
  if (answer.status !== 200) throw new Error(`control answered ${answer.status}`)
  return parseJson<TablePage>(answer.body)
}

/** Loads the next page of a whole table; returns whether it is complete. */
const continueLoad = async (inner: string, name: TableName, load: Load): Promise<boolean> => {
  const { to, cursor } = load
  const page = await fetchPage(inner, name, `cursor=${cursor}&to=${encodeURIComponent(to)}`)
  if (page.to === to) return fill(name, page, cursor)
  // The table has changed since its first page: it is loaded from the start.
  dropMark(idleTable(name), 'load')
  return false
}

/**
 * Loads one page; returns whether the table is complete. A difference of one page is applied to the live zone; with a longer one lookups would
 * see a part of it, so the whole table is loaded into the idle zone.
 */
const loadPage = async (inner: string, name: TableName): Promise<boolean> => {
  const load = readLoad(name)
  if (load !== null) return await continueLoad(inner, name, load)
  const version = tableVersion(name)
  const query = version === null ? '' : `&from=${encodeURIComponent(version)}`
  const page = await fetchPage(inner, name, `cursor=0${query}`)
  if (page.from === null) return fill(name, page, 0)
  if (page.next !== null) return fill(name, await fetchPage(inner, name, 'cursor=0'), 0)
  change(name, page)
  return true
}

const isBehind = (name: TableName): boolean => {
  const wanted = texts('gh_texts').get(`${name}Wanted`)
  return wanted !== undefined && wanted !== tableVersion(name) && !hasNoRoom(name)
}

/** Tables whose new version did not fit in the last seconds; their older version stays in use. */
export const tablesWithoutRoom = (): TableName[] => TABLES.filter(hasNoRoom)

/** Makes live the newer zone of each table. */
export const settleTables = (): void => TABLES.forEach(settleTable)

/** Loads tables that are out of date until the deadline (Unix ms); the rest follows with the next sync. Exceptions are logged by table. */
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
