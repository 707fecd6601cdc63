import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'

/** One try to reach something over the network. */
export interface Tried {
  readonly what: 'name' | 'connection' | 'datagram'
  /** A host name, or `host:port`. */
  readonly to: string
}

/** Records what the Node programs started with this environment try to reach. */
export const recordOutbound = (
  folder: string,
): { readonly env: Readonly<Record<string, string>>; readonly tried: () => Tried[] } => {
  const log = join(folder, 'outbound.jsonl')
  writeFileSync(log, '')
  const recorder = join(packageRoot(), 'test/support/outbound/recorder.cjs')
  return {
    env: { OUTBOUND_LOG: log, NODE_OPTIONS: `--require ${recorder}` },
    tried: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Tried),
  }
}
