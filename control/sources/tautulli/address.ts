/** Where a Tautulli listens, and the credentials a URL carried, kept apart. */
export interface TautulliAddress {
  /** As the operator wrote it, scheme added and trailing slashes removed; without credentials. */
  readonly base: string
  readonly authorization: string | null
}

const withScheme = (raw: string): string => (raw.includes('://') ? raw : `http://${raw}`)

/**
 * Parts of a copied API address that are removed: the query, which may hold the key, and the API's
 * path.
 */
const API_PART = /[?#].*$|(?<=[^/])\/api\/v2\/*(?=$|[?#])/g

const decoded = (part: string): string | null => {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

/** Reads a host, `host:port` or URL; `null` where it is none of them. */
export const readTautulliAddress = (raw: string): TautulliAddress | null => {
  const base = withScheme(raw).replace(API_PART, '').replace(/\/+$/, '')
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base)) return null
  const url = new URL(base)
  if (url.username === '' && url.password === '') return { base, authorization: null }
  const [name, password] = [decoded(url.username), decoded(url.password)]
  if (name === null || password === null) return null
  return {
    base: base.replace(/^(https?:\/\/)[^/?#]*@/i, '$1'),
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  }
}
