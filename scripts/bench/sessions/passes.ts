import { createHash } from 'node:crypto'

/** Characters of a pass of an account with a usual name. */
const LENGTH = 120
const PREFIX = 'bench'

/** Channel all loaded sessions play at the edge. */
export const CHANNEL = 'ch1'

/**
 * Pass of the n-th loaded session: without a valid signature, since an edge that holds its lease
 * does not check it.
 */
export const passOf = (n: number): string =>
  PREFIX + String(n).padStart(LENGTH - PREFIX.length, '0')

/** The same as an njs expression, for a number `n`. */
export const NJS_PASS = `'${PREFIX}' + String(n).padStart(${LENGTH - PREFIX.length}, '0')`

/** The same as a Lua expression. */
export const LUA_PASS = `"${PREFIX}" .. string.rep("0", ${LENGTH - PREFIX.length} - #tostring(n)) .. n`

/** What the lease of the n-th loaded session is kept under. */
export const keyOf = (n: number): string =>
  createHash('sha256')
    .update(`${passOf(n)}/${CHANNEL}`)
    .digest('base64url')
    .slice(0, 16)
