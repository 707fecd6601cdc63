/** Documents of HLS and DASH in JSON, as far as they hold addresses. */
interface Steering {
  readonly [key: string]: unknown
}

const isObject = (value: unknown): value is Steering =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const rewriteAll = (found: unknown, rewrite: (address: string) => string): unknown => {
  if (!isObject(found)) return found
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(found))
    out[name] = typeof value === 'string' ? rewrite(value) : value
  return out
}

/** A pathway that is another with other addresses; `null` where it leads to a host of its own, which would get the pass. */
const rewriteClone = (clone: unknown, rewrite: (address: string) => string): unknown => {
  if (!isObject(clone)) return clone
  const replacement = clone['URI-REPLACEMENT']
  if (!isObject(replacement)) return clone
  if (replacement['HOST'] !== undefined) return null
  return {
    ...clone,
    'URI-REPLACEMENT': {
      ...replacement,
      'PER-VARIANT-URIS': rewriteAll(replacement['PER-VARIANT-URIS'], rewrite),
      'PER-RENDITION-URIS': rewriteAll(replacement['PER-RENDITION-URIS'], rewrite),
    },
  }
}

/** An entry of a list with the addresses of these names rewritten. */
const rewriteEntry = (
  entry: unknown,
  names: readonly string[],
  rewrite: (address: string) => string,
): unknown => {
  if (!isObject(entry)) return entry
  const out: Record<string, unknown> = { ...entry }
  for (const name of names) {
    const address = entry[name]
    if (typeof address === 'string') out[name] = rewrite(address)
  }
  return out
}

/** Lists of objects, and the names of addresses in these. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  ASSETS: ['URI'],
  DATERANGES: ['X-ASSET-URI', 'X-ASSET-LIST', 'X-URI'],
}

/**
 * Rewrites a list of interstitials (`X-ASSET-LIST`: `ASSETS[].URI`), a schedule of them (`DATERANGES[]`) or a steering manifest (`RELOAD-URI`, `PATHWAY-CLONES`; RFC 8216bis,
 * sections 7.2 and D.2, and DASH-IF's of the same form). `null` where a text is neither.
 */
export const rewriteJson = (text: string, rewrite: (address: string) => string): string | null => {
  if (
    !/^[\s\uFEFF]*\{/.test(text) ||
    !/"(?:ASSETS|DATERANGES|RELOAD-URI|PATHWAY-\w+)"\s*:/.test(text)
  )
    return null
  let found: unknown
  try {
    found = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return null
  }
  if (!isObject(found)) return null
  const out: Record<string, unknown> = { ...found }
  for (const [name, names] of Object.entries(LISTS)) {
    const list = found[name]
    if (Array.isArray(list)) out[name] = list.map((entry) => rewriteEntry(entry, names, rewrite))
  }
  const { 'RELOAD-URI': reload, 'PATHWAY-CLONES': clones } = found
  if (typeof reload === 'string') out['RELOAD-URI'] = rewrite(reload)
  if (Array.isArray(clones))
    out['PATHWAY-CLONES'] = clones
      .map((clone) => rewriteClone(clone, rewrite))
      .filter((clone) => clone !== null)
  return JSON.stringify(out)
}
