/**
 * The origin to push to, from the address that an edge announced and the source address of its
 * sync; `null` where that is not valid.
 */
export const pushOrigin = (announced: string, spokeFrom: string): string | null => {
  const match = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.*-]+):(\d{1,5})$/i.exec(announced)
  const [, scheme, host, port] = match ?? []
  if (scheme === undefined || host === undefined || Number(port) > 65_535) return null
  if (host !== '*') return `${scheme}://${host}:${port}`
  const bare = spokeFrom.replace(/^::ffff:/, '')
  return `${scheme}://${bare.includes(':') ? `[${bare}]` : bare}:${port}`
}
