import { createInterface } from 'node:readline'
import { identityOfFile } from './identity-of-file.ts'
import type { ImportInput, InputRow } from './import-input.ts'
import { openPacked } from './open-packed.ts'
import { type ReadRow, readPlayRow } from './play-row.ts'

const isExportsEnd = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'accounts' in value &&
  Object.keys(value).length === 1

/** What some programs of Windows write before the text of a file. */
const BYTE_ORDER_MARK = '\uFEFF'

/** The rows of a line: one play, one account's plays as our own export writes them, or its closing line. */
const rowsOf = (line: string): { readonly read: ReadRow; readonly raw: unknown }[] => {
  if (line.trim() === '') return []
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return [{ read: { problem: 'no JSON' }, raw: line.slice(0, 4096) }]
  }
  if (isExportsEnd(value)) return []
  const rows: unknown[] = Array.isArray(value) ? value : [value]
  return rows.map((raw) => ({ read: readPlayRow(raw), raw }))
}

/** An exported history as a file: NDJSON, one play or an array of plays a line, packed with gzip or not. */
export const historyFile = (path: string): ImportInput => {
  let fraction = (): number | null => null
  return {
    kind: 'history',
    name: path,
    identity: identityOfFile('history', path),
    fraction: () => fraction(),
    async *rows(after): AsyncGenerator<InputRow> {
      const packed = await openPacked(path)
      fraction = () => packed.fraction()
      const reader = createInterface({
        input: packed.bytes,
        crlfDelay: Number.POSITIVE_INFINITY,
      })
      let failure: Error | null = null
      packed.bytes.on('error', (error: Error) => {
        failure = error
        reader.close()
      })
      let number = 0
      for await (const line of reader) {
        number += 1
        if (number <= after) continue
        const rows = rowsOf(number === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line)
        // A line counts as read once its last play was.
        for (const [i, row] of rows.entries())
          yield {
            ...row,
            where: `line ${number}`,
            position: i === rows.length - 1 ? number : number - 1,
          }
      }
      if (failure !== null) throw failure
    },
  }
}
