import { useEffect, useMemo, useRef, useState } from 'preact/hooks'

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

/** The address that explains an opening: who asked, from where, for what. Accounts that are not ours are left out, and what is no channel. */
export const whyOf = ({
  ip,
  channel,
  account,
}: {
  readonly ip: string
  readonly channel: string | null
  readonly account: string
}): string =>
  hrefOf(['groups'], {
    ip,
    channel: channel ?? '',
    account: account.startsWith('own:') ? account.slice(4) : '',
  })

let written = location.hash
let wanted = written
let frame: number | null = null
const listeners = new Set<(hash: string) => void>()

const tell = () => {
  for (const listener of listeners) listener(wanted)
}

const write = () => {
  if (frame !== null) cancelAnimationFrame(frame)
  frame = null
  if (wanted === written) return
  written = wanted
  history.replaceState(null, '', wanted)
}

addEventListener('hashchange', () => {
  // A link was followed: it counts, whatever was to be written.
  if (frame !== null) cancelAnimationFrame(frame)
  frame = null
  written = location.hash
  wanted = written
  tell()
})
addEventListener('pagehide', write)

/** Shows another state of the page. The address follows after the next picture: the browser takes longer for it than for showing the state. */
const setWanted = (hash: string) => {
  wanted = hash
  frame ??= requestAnimationFrame(() => setTimeout(write))
  tell()
}

/** Shows another page in place of the present one, so that going back does not lead to it. */
export const replaceRoute = (hash: string): void => {
  wanted = hash
  write()
  tell()
}

/** The present route; changes with the address. */
export const useRoute = (): Route => {
  const [hash, setHash] = useState(wanted)
  useEffect(() => {
    setHash(wanted)
    listeners.add(setHash)
    return () => void listeners.delete(setHash)
  }, [])
  return useMemo(() => parseRoute(hash), [hash])
}

/** A row of links that keeps the one of the present page in sight: on a narrow screen there are more than fit. */
export const useInSight = (present: string | undefined) => {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const row = list.current
    const link = row?.querySelector<HTMLElement>('[aria-current]')
    if (row && link) row.scrollLeft = link.offsetLeft - (row.clientWidth - link.clientWidth) / 2
  }, [present])
  return list
}

/** A value kept in the query of the address: reload and links keep it. */
export const useParam = (name: string, fallback = ''): [string, (value: string) => void] => {
  const { query } = useRoute()
  const set = (value: string) => {
    // Not the route of the last drawing: another parameter may have changed since.
    const { path, query: present } = parseRoute(wanted)
    const next = new URLSearchParams(present)
    if (value === fallback) next.delete(name)
    else next.set(name, value)
    setWanted(hrefOf(path, Object.fromEntries(next)))
  }
  return [query.get(name) ?? fallback, set]
}
