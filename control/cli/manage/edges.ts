import { Command } from 'commander'
import { withGlobals } from '../common/context.ts'
import { isRow } from '../common/output.ts'
import {
  asTable,
  asText,
  type Options,
  pageQueryOf,
  pathSegment,
  printAnswer,
  withPages,
} from '../common/resource.ts'

const COLUMNS = [
  'id',
  'nginx',
  'njs',
  'lastSyncAt',
  'clockSkewMs',
  'reports',
  'addedAt',
  'revokedAt',
  'alarms',
]

const addedText = (row: unknown): string => {
  if (!isRow(row)) return ''
  return [
    `Edge ${String(row['id'])} may speak to this control plane. Its key, shown only now:`,
    '',
    `  ${String(row['key'])}`,
    '',
    "Put it into a file on the edge's machine and name that file in its gatehouse.yaml:",
    '',
    `  edge: { id: ${String(row['id'])} }`,
    '  control:',
    "    urls: ['https://CONTROL-PLANE:8443']",
    '    ca_file: control-ca.pem',
    '    edge_key_file: edge.key',
  ].join('\n')
}

/** `gatehouse edges`: who syncs; keys of edges on other machines. */
export const edgesCommand = (): Command => {
  const command = new Command('edges').description('edges, here and on other machines')
  withPages(
    command.command('list', { isDefault: true }).description('list edges that sync or may'),
  ).action(async (options: Options) => {
    await printAnswer(options, { path: `/edges${pageQueryOf(options)}` }, asTable(COLUMNS))
  })
  withGlobals(
    command.command('add <name>').description('make a key for an edge on another machine'),
  ).action(async (name: string, options: Options) => {
    await printAnswer(options, { method: 'POST', path: '/edges', body: { id: name } }, addedText)
  })
  withGlobals(
    command.command('revoke <name>').description('refuse everything an edge says from now on'),
  ).action(async (name: string, options: Options) => {
    const words =
      'revoked; it knew the signing keys, so rotate them too where its machine was stolen'
    await printAnswer(
      options,
      { method: 'DELETE', path: `/edges/${pathSegment(name)}` },
      asText(words),
    )
  })
  return command
}
