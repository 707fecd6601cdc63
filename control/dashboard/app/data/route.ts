import { useEffect, useState } from 'preact/hooks'

/** Where somebody is: the whole state of a page stands in the address. */
export interface Route {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** Reads `#/accounts/own%3Ax?sort=name`. */
export const parseRoute = (hash: string): Route => {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return {
    path: path.split('/').filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(query),
  }
}

/** The address of a page, for links. */
export const hrefOf = (
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string => {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const text = new URLSearchParams(given).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

/** The present route; changes with the address. */
export const useRoute = (): Route => {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const changed = () => setHash(location.hash)
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return parseRoute(hash)
}

/** A value kept in the query of the address: reload and links keep it. */
export const useParam = (name: string, fallback = ''): [string, (value: string) => void] => {
  const { query } = useRoute()
  const set = (value: string) => {
    // Not the route of the last drawing: another parameter may have changed since.
    const { path, query: present } = parseRoute(location.hash)
    const next = new URLSearchParams(present)
    if (value === fallback) next.delete(name)
    else next.set(name, value)
    history.replaceState(null, '', hrefOf(path, Object.fromEntries(next)))
    dispatchEvent(new HashChangeEvent('hashchange'))
  }
  return [query.get(name) ?? fallback, set]
}
