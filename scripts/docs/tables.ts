import type { TSchema } from 'typebox'
import { configSchema } from '../../control/config/schema/schema.ts'
import { doorLocations } from '../../control/nginx/door-locations.ts'
import { DOORS } from '../../njs/domain/doors/doors.ts'
import { literalPrefix } from '../../njs/domain/doors/shape.ts'
import { isReasonId, REASONS, type ReasonId } from '../../njs/domain/reasons.ts'
import { statusFor } from '../../njs/domain/statuses.ts'

/** Replaces what stands between `<!-- table:NAME -->` and `<!-- /table -->`. */
export function fillTables(text: string, tables: Readonly<Record<string, string>>): string {
  return text.replace(
    /(<!-- table:([a-z]+) -->\n)[\s\S]*?(<!-- \/table -->)/g,
    (whole: string, start: string, name: string, end: string) =>
      tables[name] === undefined ? whole : `${start}${tables[name]}${end}`,
  )
}

/** Reasons why somebody was let in. */
const isRefusal = (id: ReasonId): boolean =>
  id !== 'ok' && !id.startsWith('rule.allow') && !/^backend\.(allow|redirect|kept)$/.test(id)

/** Every reason id with its HTTP status and its meaning for an operator. */
export function reasonTable(): string {
  return table(
    ['reason', 'status', 'meaning'],
    Object.entries(REASONS).map(([id, text]) => [
      `\`${id}\``,
      isReasonId(id) && isRefusal(id) ? String(statusFor(id)) : '–',
      text,
    ]),
  )
}

/** Every door, in the order nginx tries them; patterns of locations are cut short. */
export function doorTable(): string {
  const locations = new Map(
    doorLocations().flatMap(({ location, doors }) => doors.map((door) => [door, location])),
  )
  const rows = DOORS.map((door) => {
    const { path, query, place, opens, handler, serving } = door
    const asked = query.length === 0 ? path : `${path}?${query.map((name) => `${name}=`).join('&')}`
    const location = locations.get(door) ?? ''
    const shown = location.startsWith('~') ? `~ ^${literalPrefix(path)}…` : location
    return [code(asked), place, opens, code(`edge.${handler}`), code(serving), code(shown)]
  })
  return table(['path', 'credential', 'opens', 'handler', 'served as', 'nginx location'], rows)
}

/** Every setting, with its default, from the schema. */
export function configTable(): string {
  return table(['setting', 'default', 'meaning'], rowsOf(configSchema, ''))
}

/** What `npm run docs` writes between the marks of Markdown files, by the mark's name. */
export const TABLES: Readonly<Record<string, string>> = {
  reasons: reasonTable(),
  config: configTable(),
  doors: doorTable(),
}

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly required?: readonly string[]
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
}

function rowsOf(schema: TSchema, prefix: string): string[][] {
  const { properties = {}, required = [] } = schema as Node
  return Object.entries(properties).flatMap(([key, child]) => {
    const node = child as Node
    const path = `${prefix}${key}`
    if (node.properties !== undefined) return rowsOf(child, `${path}.`)
    const items: Node | undefined = node.items
    if (items?.properties === undefined) return [rowOf(path, node, required.includes(key))]
    const own = [`\`${path}[]\``, '', node.description ?? '']
    return [own, ...rowsOf(items, `${path}[].`)]
  })
}

function rowOf(path: string, node: Node, isRequired: boolean): string[] {
  const words = node.enum === undefined ? '' : ` One of ${node.enum.map(code).join(', ')}.`
  const example = node.examples?.[0]
  const shown = example === undefined ? '' : ` Example: ${code(example)}.`
  return [`\`${path}\``, defaultOf(node, isRequired), `${node.description ?? ''}${words}${shown}`]
}

function defaultOf({ default: value }: Node, isRequired: boolean): string {
  if (value === undefined) return isRequired ? 'required' : '–'
  const isEmpty = value === null || (Array.isArray(value) && value.length === 0)
  return isEmpty || JSON.stringify(value) === '{}' ? '–' : code(value)
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('')
}
