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

const rewriteAsset = (asset: unknown, rewrite: (address: string) => string): unknown =>
  isObject(asset) && typeof asset['URI'] === 'string'
    ? { ...asset, URI: rewrite(asset['URI']) }
    : asset

/**
 * Rewrites a list of interstitials (`X-ASSET-LIST`: `ASSETS[].URI`) or a steering manifest (`RELOAD-URI`, `PATHWAY-CLONES`; RFC 8216bis,
 * sections 7.2 and D.2, and DASH-IF's of the same form). `null` where a text is neither.
 */
export const rewriteJson = (text: string, rewrite: (address: string) => string): string | null => {
  if (!/^[\s\uFEFF]*\{/.test(text) || !/"(?:ASSETS|RELOAD-URI|PATHWAY-\w+)"\s*:/.test(text))
    return null
  let found: unknown
  try {
    found = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return null
  }
  if (!isObject(found)) return null
  const out: Record<string, unknown> = { ...found }
  const { ASSETS: assets, 'RELOAD-URI': reload, 'PATHWAY-CLONES': clones } = found
  if (Array.isArray(assets)) out['ASSETS'] = assets.map((asset) => rewriteAsset(asset, rewrite))
  if (typeof reload === 'string') out['RELOAD-URI'] = rewrite(reload)
  if (Array.isArray(clones))
    out['PATHWAY-CLONES'] = clones
      .map((clone) => rewriteClone(clone, rewrite))
      .filter((clone) => clone !== null)
  return JSON.stringify(out)
}
