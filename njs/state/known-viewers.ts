import type { AccountRef } from '../domain/types.ts'
import { parseJson } from '../platform/json.ts'
import { keepText, texts } from './memory.ts'

/** Who a token or a user and password belonged to when control last let them in. */
export interface RememberedViewer {
  readonly account: AccountRef
  readonly group: string
  readonly download: string | null
}

const KEPT_MS = 180_000

/** Beside the identities of playlists in the same dictionary: openings start with `o`. */
const keyOf = (secretHash: string): string => `o${secretHash}`

/** Keeps who was let in for three minutes, for openings while control is away. */
export const rememberViewer = (secretHash: string, viewer: RememberedViewer): void => {
  const { account, group, download } = viewer
  const text = JSON.stringify({ account, group, download })
  keepText('gh_identity', keyOf(secretHash), text, KEPT_MS)
}

/** Who was let in with this secret lately; `null` = nobody known. */
export const recallViewer = (secretHash: string): RememberedViewer | null => {
  const text = texts('gh_identity').get(keyOf(secretHash))
  return text === undefined ? null : parseJson<RememberedViewer>(text)
}
