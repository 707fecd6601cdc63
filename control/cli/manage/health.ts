import { Command } from 'commander'
import { callHealth } from '../common/admin-client.ts'
import { type GlobalOptions, withGlobals } from '../common/context.ts'
import { isRow, print, table } from '../common/output.ts'

const NOT_WELL = 1

/** `gatehouse health`: how the parts of a running control plane are, its edges and geo files among them. */
export const healthCommand = (): Command =>
  withGlobals(
    new Command('health').description(
      'tell how everything is: store, Redis, sources, edges, geo files',
    ),
  ).action(async (options: GlobalOptions) => {
    const result = await callHealth(options)
    const status = isRow(result) ? result['status'] : null
    const parts = isRow(result) && Array.isArray(result['parts']) ? result['parts'] : []
    const rows = parts
      .filter(isRow)
      .map((part) => ({ ...part, ok: part['ok'] === true ? 'ok' : 'FAULT' }))
    print(
      options.json === true
        ? JSON.stringify(result)
        : `${String(status)}\n${table(rows, ['name', 'ok', 'detail'])}`,
    )
    if (status !== 'ok') process.exitCode = NOT_WELL
  })
