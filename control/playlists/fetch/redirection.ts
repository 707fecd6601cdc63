/** A `Location` with the bytes beyond ASCII encoded, as curl sends them on; headers are read as Latin-1. */
const plainLocation = (text: string): string =>
  text.replace(/[\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** Where a redirection leads; `null` where its `Location` is no address. The login that an address was asked with goes on to its own host only. */
export const targetOf = (location: string, from: URL): URL | null => {
  const text = plainLocation(location)
  if (!URL.canParse(text, from.href)) return null
  const next = new URL(text, from)
  if (next.origin === from.origin && next.username === '') {
    next.username = from.username
    next.password = from.password
  }
  return next
}
