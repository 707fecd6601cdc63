import { useEffect, useRef, useState } from 'preact/hooks'

/** Where somebody is: the whole state of a page stands in the address. */
export interface Route {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** A part of a path; what nobody encoded stays as it is. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Reads `#/accounts/own%3Ax?sort=name`. */
export const parseRoute = (hash: string): Route => {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return {
    path: path.split('/').filter(Boolean).map(decoded),
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
let timer: ReturnType<typeof setTimeout> | null = null
/** The address follows when nothing has changed for so long. */
const WRITE_MS = 100
const listeners = new Set<(hash: string) => void>()

const tell = () => {
  for (const listener of listeners) listener(wanted)
}

const forget = () => {
  if (timer !== null) clearTimeout(timer)
  timer = null
}

const write = () => {
  forget()
  // Where somebody has followed a link that is not told of yet, that counts.
  if (wanted === written || location.hash !== written) return
  history.replaceState(null, '', wanted)
  written = location.hash
  wanted = written
}

addEventListener('hashchange', () => {
  // A link was followed: it counts, whatever was to be written.
  forget()
  written = location.hash
  wanted = written
  tell()
})
addEventListener('pagehide', write)

/** Shows another state of the page. The address follows a moment later: the browser takes longer for it than for showing the state. */
const setWanted = (hash: string) => {
  wanted = hash
  forget()
  timer = setTimeout(write, WRITE_MS)
  tell()
}

/** Shows another page in place of the present one, so that going back does not lead to it. */
export const replaceRoute = (hash: string): void => {
  wanted = hash
  write()
  tell()
}

let last = { hash: '', route: parseRoute('') }

/** A route; every parameter of a page asks for the same one. */
const routeOf = (hash: string): Route => {
  if (last.hash !== hash) last = { hash, route: parseRoute(hash) }
  return last.route
}

const pathText = (hash: string): string => hash.split('?')[0] ?? ''

/** The present route; changes with the address. */
export const useRoute = (): Route => {
  const [hash, setHash] = useState(wanted)
  useEffect(() => {
    setHash(wanted)
    listeners.add(setHash)
    return () => void listeners.delete(setHash)
  }, [])
  return routeOf(hash)
}

/** The present path; changes only where another page is shown, not with the state of one. */
export const usePath = (): readonly string[] => {
  const [text, setText] = useState(() => pathText(wanted))
  useEffect(() => {
    const changed = (hash: string) => setText(pathText(hash))
    changed(wanted)
    listeners.add(changed)
    return () => void listeners.delete(changed)
  }, [])
  return routeOf(text).path
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
