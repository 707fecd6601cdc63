import type { TableName, TablePage, TableStep } from '../domain/channels/protocol.ts'
import { parseJson } from '../platform/json.ts'
import { callControl } from '../platform/request.ts'
import { idleTable, liveTable, noteTableChange, texts } from './memory.ts'

const TABLES: readonly TableName[] = ['networks', 'channels']

/** A load in progress; kept in memory between seconds. */
interface Load {
  readonly from: string | null
  readonly to: string
  readonly cursor: number
}

/** Notes where control's tables stand. */
export const noteSteps = (steps: readonly TableStep[]): void => {
  for (const step of steps) texts('gh_texts').set(`${step.name}Wanted`, step.to)
}

const readLoad = (name: TableName, version: string | null): Load => {
  const text = texts('gh_texts').get(`${name}Load`)
  const load = text === undefined ? null : parseJson<Load>(text)
  return load !== null && load.from === version ? load : { from: version, to: '', cursor: 0 }
}

const put = (dict: NgxSharedDict<string>, page: TablePage): void => {
  for (const key in page.set) dict.set(key, page.set[key] ?? '')
  for (const key of page.delete) dict.delete(key)
}

/** A page that finds no room: what came so far is of no use, and a table changed in half is loaded anew, beside itself. */
const putOrStartOver = (name: TableName, target: NgxSharedDict<string>, page: TablePage): void => {
  try {
    put(target, page)
  } catch (problem) {
    const dict = texts('gh_texts')
    if (page.from !== null) dict.delete(`${name}Version`)
    dict.delete(`${name}Load`)
    throw problem
  }
}

/** Loads one page; true when the table is complete. */
const loadPage = async (inner: string, name: TableName): Promise<boolean> => {
  const dict = texts('gh_texts')
  const version = dict.get(`${name}Version`) ?? null
  const load = readLoad(name, version)
  const from = version === null ? '' : `&from=${encodeURIComponent(version)}`
  const to = load.to === '' ? '' : `&to=${encodeURIComponent(load.to)}`
  const answer = await callControl(inner, `/tables/${name}?cursor=${load.cursor}${from}${to}`)
  if (answer.status !== 200) throw new Error(`table ${name}: control answered ${answer.status}`)
  const page = parseJson<TablePage>(answer.body)
  const isWhole = page.from === null
  // The table changed while it was loaded: what came so far is of no use.
  const isRestart = load.cursor > 0 && load.to !== page.to
  if (isRestart) {
    dict.delete(`${name}Load`)
    return false
  }
  const target = isWhole ? idleTable(name) : liveTable(name)
  if (target === null) throw new Error(`table ${name}: a difference to nothing`)
  if (isWhole && load.cursor === 0) target.clear()
  putOrStartOver(name, target, page)
  if (!isWhole) noteTableChange(name, false)
  if (page.next !== null) {
    const next: Load = { from: version, to: page.to, cursor: page.next }
    dict.set(`${name}Load`, JSON.stringify(next))
    return false
  }
  if (isWhole) noteTableChange(name, true)
  dict.set(`${name}Version`, page.to)
  dict.delete(`${name}Load`)
  return true
}

const isBehind = (name: TableName): boolean => {
  const dict = texts('gh_texts')
  const wanted = dict.get(`${name}Wanted`)
  return wanted !== undefined && wanted !== dict.get(`${name}Version`)
}

/** Loads what is missing until the deadline; the rest follows in the next second. */
export const loadTables = async (inner: string, deadline: number): Promise<void> => {
  for (const name of TABLES) {
    while (isBehind(name)) {
      if (Date.now() > deadline) return
      await loadPage(inner, name)
    }
  }
}
