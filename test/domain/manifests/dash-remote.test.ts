import { describe, expect, test } from 'vitest'
import { remoteBase, remotePath, remotePlace } from '#domain/addresses/remote'
import { isDash, rewriteDash } from '#domain/manifests/dash'
import { mapper, rep, template, written } from './dash-written.ts'

const AT = { origin: 'http://o:1', path: '/dash/c/ads/r.xml', query: '' }

test('the base of a remote element goes along with its place', () => {
  const address = { origin: 'http://cdn:2', path: '/v/w/', query: '' }
  const place = remotePlace(AT, { address, directory: 'v/@/' })
  expect(remotePath(place)).toBe(AT.path)
  expect(remoteBase(place)).toEqual({ address, directory: 'x/x/' })
  expect(remoteBase({ ...place, kind: 'manifest' })).toBeNull()
})

describe('below a base where the edge does not go', () => {
  const foreign = { origin: 'http://ads:3', path: '/v/', query: '' }

  test('its link stands without one', () => {
    expect(written('<BaseURL>http://ads:3/v/</BaseURL><Period xlink:href="ads/r.xml"/>')).toBe(
      '<BaseURL>./</BaseURL><Period xlink:href="@/~remote..dash.c.ads.r.xml.0.http:..ads:3..v./manifest.mpd"/>',
    )
  })

  test('and each representation has its own in full', () => {
    const at = mapper(AT.path, AT.origin, false, { address: foreign, directory: '' })
    expect(rewriteDash(rep(template('$Number$.m4s')), at).text).toBe(
      rep(`<BaseURL>http://ads:3/v/</BaseURL>${template('$Number$.m4s')}`),
    )
    expect(rewriteDash(rep(`<BaseURL>/v/</BaseURL>${template('/x/$Time$.m4s')}`), at).text).toBe(
      rep(`<BaseURL>http://ads:3/v/</BaseURL>${template('/x/$Time$.m4s')}`),
    )
    expect(
      rewriteDash(rep(`<BaseURL>http://cdn:2/a/</BaseURL>${template('$Number$.m4s')}`), at).text,
    ).toBe(rep(`<BaseURL>@/~files.cdn.a./</BaseURL>${template('$Number$.m4s')}`))
  })
})

test('of alternatives, some of them elsewhere, the first that the edge fetches from', () => {
  const text = '<BaseURL>http://ads:3/v/</BaseURL><BaseURL>http://cdn:2/a/</BaseURL>'
  expect(written(`${text}<Period xlink:href="r.xml"/>`)).toBe(
    '<BaseURL>./</BaseURL><BaseURL>./</BaseURL><Period xlink:href="@/~remote..dash.c.r.xml.0.http:..cdn:2..a./manifest.mpd"/>',
  )
})

test('a list of segments, or a representation, is a document of its own', () => {
  const base = { address: { ...AT, path: '/dash/c/v/' }, directory: 'x/' }
  const at = mapper(AT.path, AT.origin, false, base)
  const list = (...media: string[]) =>
    `<SegmentList>${media.map((it) => `<SegmentURL media="${it}"/>`).join('')}</SegmentList>`
  expect(isDash(list('a'))).toBe(true)
  expect(rewriteDash(list('a.m4s', '../b.m4s', '/x/c.m4s'), at).text).toBe(
    list('../v/a.m4s', '../b.m4s', '../@/~files..x./c.m4s'),
  )
  const one = (media: string) => `<Representation id="r">${template(media)}</Representation>`
  expect(isDash(one('a'))).toBe(true)
  expect(rewriteDash(one('$Number$.m4s'), at).text).toBe(one('../v/$Number$.m4s'))
})

test('what resolves to nothing, and where the edge does not go, stays', () => {
  const text =
    '<Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013"/><Period xlink:href="http://ads:3/r.xml"/>'
  expect(written(text)).toBe(text)
})
