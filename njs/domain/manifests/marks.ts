import type { Mapper } from '../addresses/mapper.ts'
import { resolveAddress } from '../addresses/resolve.ts'

/**
 * Stands in a copy, which is all viewers', for the address of the channel's directory as each of them has it: scheme, host and pass. What origins write in a
 * copy with marks has none.
 */
const MARK = '\u0001'

/** A text of others, in which nothing may pass for a mark. */
export const withoutMarks = (text: string): string =>
  text.includes(MARK) ? text.replaceAll(MARK, '') : text

/** A text with a viewer's own address in place of each mark. */
export const fillMarks = (text: string, base: string): string => text.replaceAll(MARK, () => base)

/**
 * A rewritten reference in full: `base` or a mark, then the path below the channel. The same where it leads past the edge, or has variables that only players know.
 * `rest`: the path below the channel that it stands at.
 */
export const inFull = (written: string, rest: string, base = MARK): string => {
  if (written === '' || written.includes('{$') || /^(?:[a-z][a-z0-9+.-]*:|[\\/])/i.test(written))
    return written
  const at = resolveAddress(written, { origin: '', path: `/${rest}`, query: '' })
  return at === null ? written : base + at.path.slice(1) + at.query
}

/** A text in which a sign that nobody else could write stands for marks: with these, and no others. */
export const withMarks = (text: string, sign: string): string =>
  withoutMarks(text).replaceAll(sign, () => MARK)

/** A mapper that gives addresses in full where players go by no others, a sign in place of marks: of remote elements (dash.js), and of BaseURLs. */
export const withFull = (mapper: Mapper, sign: string): Mapper => ({
  ...mapper,
  inFull: (path) => sign + path,
  rewriteRemote(reference, base) {
    const written = mapper.rewriteRemote(reference, base)
    // A patch is none.
    if (base.document !== undefined) return written
    return inFull(written, `${mapper.document.directory}manifest.mpd`, sign)
  },
})

/** The address of another manifest that a manifest of DASH names, in full where its mapper gives such. */
export const manifestInFull = (reference: string, mapper: Mapper): string => {
  const written = mapper.rewriteManifest(reference, 'manifest.mpd')
  const base = mapper.inFull('')
  return base === null ? written : inFull(written, `${mapper.document.directory}manifest.mpd`, base)
}

/** Whether an address of an interstitial is that of a file, not of a playlist or document. */
export const isFile = (address: string): boolean =>
  /^[^?#]*\.(?:m4[avs]|mp4|mov|webm|ts|aac|mp3|png|jpe?g|gif|webp|avif|svg|html?)(?:[?#]|$)/i.test(
    address,
  )
