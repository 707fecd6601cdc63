import type { AccountRef } from '#domain/types'

/** Accounts of our own may be named without `own:`. */
export const accountRef = (text: string): AccountRef => (text.includes(':') ? text : `own:${text}`)
