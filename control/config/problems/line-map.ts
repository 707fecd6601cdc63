import { type Document, isNode, type LineCounter } from 'yaml'

/** The line (from 1) of a path in the YAML file, or of its nearest parent that the file has. */
export type LineOf = (path: readonly (string | number)[]) => number

/** Creates the look-up of lines for a parsed YAML document. */
export const createLineOf = (document: Document, lines: LineCounter): LineOf => {
  const lineAt = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    return path.length === 0 ? 1 : lineAt(path.slice(0, -1))
  }
  return lineAt
}

/** `/groups/0/name` → `['groups', 0, 'name']`. */
export const pathOfPointer = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

/** `['groups', 0, 'name']` → `groups[0].name`. */
export const showPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>(
    (shown, part) =>
      typeof part === 'number' ? `${shown}[${part}]` : shown === '' ? part : `${shown}.${part}`,
    '',
  )
