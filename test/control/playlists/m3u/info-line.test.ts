import { describe, expect, it } from 'vitest'
import { parseInfoLine, withAttribute } from '../../../../control/playlists/m3u/info-line.ts'

describe('an #EXTINF line', () => {
  it.each([
    ['#EXTINF:-1,Plain', 'Plain', {}],
    ['#EXTINF:-1 a="1",b="2"', 'b="2"', { a: '1' }],
    ['#EXTINF:-1 a="x,y" b="z",N', 'N', { a: 'x,y', b: 'z' }],
    ['#EXTINF:-1 a=bare b="q",N', 'N', { a: 'bare', b: 'q' }],
    [`#EXTINF:-1 a='one, "two"' b='q',N`, 'N', { a: 'one, "two"', b: 'q' }],
    [`#EXTINF:-1 a='tis b="q",N`, 'N', { a: "'tis", b: 'q' }],
    ['#EXTINF:-1 a="open b="q",N', 'N', { a: 'open b="q' }],
    ['#EXTINF:-1 a="",N', 'N', { a: '' }],
    ['#EXTINF:-1 a="say "hi" now" b="2",N', 'N', { a: 'say "hi" now', b: '2' }],
    ['#EXTINF:-1 junk a="1" ,  N, M  ', 'N, M', { a: '1' }],
    ['#EXTINF:-1 tvg-id="x"', '', { 'tvg-id': 'x' }],
    ['#EXTINF:,N', 'N', {}],
    ['#EXTINF:-1,a="1" b="2",N', 'N', { a: '1', b: '2' }],
    ['#EXTINF:0 , tvg-id="1, 2" , N, M', 'N, M', { 'tvg-id': '1, 2' }],
    ['#EXTINF:-1,N a="1", M', 'N a="1", M', {}],
    ['#EXTINF:-1,a="open, N', 'a="open, N', {}],
    ['#extinf:12.5,N', 'N', {}],
  ])('%s is named %s', (line, name, attributes) => {
    const info = parseInfoLine(line)
    expect(info.name).toBe(name)
    const found = info.attributes.map((attribute) => [attribute.name, attribute.value])
    expect(Object.fromEntries(found)).toEqual(attributes)
  })

  it('changes one attribute and nothing else', () => {
    const line = '#EXTINF:-1 tvg-id="a" Catchup-Source="old,1" x=y,Name, "q"'
    expect(withAttribute(line, 'catchup-source', 'new')).toBe(
      '#EXTINF:-1 tvg-id="a" Catchup-Source="new" x=y,Name, "q"',
    )
    expect(withAttribute(line, 'tvg-chno', '7')).toBe(
      '#EXTINF:-1 tvg-id="a" Catchup-Source="old,1" x=y tvg-chno="7",Name, "q"',
    )
    expect(withAttribute('#EXTINF:-1 a="1"', 'b', '2')).toBe('#EXTINF:-1 a="1" b="2"')
  })

  it('reads hostile lines of 200 kB in no time', () => {
    for (const unit of ['" ', 'a="', '= ', ' ', 'a=b" ', '",'])
      expect(parseInfoLine(`#EXTINF:-1 ${unit.repeat(200_000 / unit.length)}`).duration).toBe(-1)
  })
})
