import { identityOfFile } from '../../migrate/plays/identity-of-file.ts'
import type { ImportInput, InputRow } from '../../migrate/plays/import-input.ts'
import { openPacked } from '../../migrate/plays/open-packed.ts'
import { sourceOrigin } from '../model/origin.ts'
import { backupRows } from './backup-rows.ts'
import { playOfActivity } from './play-of-row.ts'

const ACTIVITY = 'jf_playback_activity'

const inputRow = (
  bytes: Buffer,
  number: number,
  origin: ReturnType<typeof sourceOrigin>,
): InputRow => {
  const common = { where: `row ${number}`, position: number }
  const text = bytes.toString('utf8')
  try {
    const raw: unknown = JSON.parse(text)
    return { ...common, raw, read: playOfActivity(raw, origin) }
  } catch {
    return { ...common, raw: text.slice(0, 4096), read: { problem: 'no JSON' } }
  }
}

/**
 * A backup of Jellystat (JSON, packed with gzip or not), read row by row. `server` names the Jellyfin it watches, so
 * that past and live plays are of one account. Reading throws a `PastFileError`.
 */
export const jellystatBackup = (path: string, server?: string): ImportInput => {
  const origin = sourceOrigin('jellystat', server ?? null)
  let fraction = (): number | null => null
  return {
    kind: 'jellystat',
    name: path,
    identity: identityOfFile('jellystat', path, server ?? ''),
    fraction: () => fraction(),
    async *rows(after): AsyncGenerator<InputRow> {
      const packed = await openPacked(path)
      fraction = () => packed.fraction()
      let number = 0
      for await (const row of backupRows(packed.bytes, ACTIVITY)) {
        number += 1
        if (number > after) yield inputRow(row, number, origin)
      }
    },
  }
}
