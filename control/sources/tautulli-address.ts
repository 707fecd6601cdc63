/** Where a Tautulli listens, and the credentials a URL carried, kept apart. */
export interface TautulliAddress {
  /** As the operator wrote it, scheme added and trailing slashes removed; without credentials. */
  readonly base: string
  readonly authorization: string | null
}

const withScheme = (raw: string): string =>
  raw.startsWith('http://') || raw.startsWith('https://') ? raw : `http://${raw}`

/** Reads a host, `host:port` or URL; `null` where it is none of them. */
export const readTautulliAddress = (raw: string): TautulliAddress | null => {
  const base = withScheme(raw).replace(/\/+$/, '')
  if (!URL.canParse(base)) return null
  const url = new URL(base)
  if (url.username === '' && url.password === '') return { base, authorization: null }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    base: base.replace(/^(https?:\/\/)[^/?#]*@/, '$1'),
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
  }
}
