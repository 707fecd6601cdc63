import { createMapper } from '#domain/addresses/mapper'
import type { ReferenceBase } from '#domain/addresses/remote'
import { rewriteDash } from '#domain/manifests/dash'

const channel = { origin: 'http://o:1', base: '/dash/c/', isClosed: false, isShared: false }
/** The mapper of a manifest of the channel below `/dash/c/`; seals are readable. */
export const mapper = (
  path = '/dash/c/m.mpd',
  origin = 'http://o:1',
  isMoved = false,
  base?: ReferenceBase,
) =>
  createMapper({
    channel,
    manifest: { origin, path, query: '' },
    rest: isMoved ? 'm.mpd' : path.slice(channel.base.length),
    isMoved,
    seal: base === undefined ? null : 'remote',
    base,
    ownValues: [],
    isAllowed: (it) => it === 'http://o:1' || it === 'http://cdn:2',
    isOthers: () => false,
    sealOf: (it) =>
      `~${it.kind}.${it.origin === 'http://o:1' ? '' : 'cdn'}${it.path.replaceAll(/[/\n]/g, '.')}`,
  })
/** A manifest with this inside. */
export const mpd = (inside: string, attributes = '') =>
  `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"${attributes}>${inside}</MPD>`
/** What is inside a manifest after it was rewritten. */
export const written = (inside: string, at = mapper()): string => {
  const text = rewriteDash(mpd(inside), at).text
  return text.slice(text.indexOf('2011">') + 6, -6)
}
/** The only representation of a manifest. */
export const rep = (inside: string) =>
  `<Period><AdaptationSet><Representation id="a">${inside}</Representation></AdaptationSet></Period>`
export const template = (media: string) => `<SegmentTemplate media="${media}"/>`
