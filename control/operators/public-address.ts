/** Where people reach the dashboard. */
export interface PublicAddress {
  /** Path a proxy puts it below, without a slash at the end; '' = none. */
  readonly basePath: string
  /** The whole address, without a slash at the end; `null` = none is configured. */
  readonly url: string | null
}

/** The address of `admin.public_url`. */
export const publicAddress = (configured: string | null): PublicAddress => {
  if (configured === null) return { basePath: '', url: null }
  const { origin, pathname } = new URL(configured)
  const basePath = pathname.replace(/\/+$/, '')
  return { basePath, url: origin + basePath }
}

/** Path and `Secure` of a cookie for a browser that reached us by a host name over a scheme. */
export const cookieScope = (
  { basePath, url }: PublicAddress,
  { host, isSecure }: { readonly host: string; readonly isSecure: boolean },
): { readonly path: string; readonly secure: boolean } => {
  const known = url === null ? null : new URL(url)
  const isPublic =
    known !== null && (known.host === host || (!host.includes(':') && known.hostname === host))
  return {
    path: isPublic && basePath !== '' ? basePath : '/',
    secure: isSecure || (isPublic && known.protocol === 'https:'),
  }
}

/** A request's path without the base path, where a proxy left it on. */
export const withoutBasePath = (path: string, basePath: string): string => {
  if (basePath === '' || !path.startsWith(basePath)) return path
  const rest = path.slice(basePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : path
}
