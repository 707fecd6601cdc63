import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { XmlMender } from '../../../control/epg/read/mend-xml.ts'
import { textOf, unpacked } from '../../../control/epg/read/source-bytes.ts'
import { XmltvReader } from '../../../control/epg/read/xmltv-reader.ts'
import { formatXmltvTime, parseXmltvTime } from '../../../control/epg/read/xmltv-time.ts'

const at = (text: string) => Date.parse(text) / 1000

describe('times', () => {
  test.each([
    ['20261129203000 +0200', null, '2026-11-29T18:30:00Z'],
    ['20261129203000 -0330', null, '2026-11-30T00:00:00Z'],
    ['20261129203000+05:30', null, '2026-11-29T15:00:00Z'],
    ['20261129203000', null, '2026-11-29T20:30:00Z'],
    ['202611292030', null, '2026-11-29T20:30:00Z'],
    ['20261129', null, '2026-11-29T00:00:00Z'],
    ['20260629203000 BST', null, '2026-06-29T19:30:00Z'],
    ['20260629203000', 'Europe/Berlin', '2026-06-29T18:30:00Z'],
    ['20261129203000', 'Europe/Berlin', '2026-11-29T19:30:00Z'],
    ['20260329033000', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['20261129203000 +0000', 'Europe/Berlin', '2026-11-29T20:30:00Z'],
  ])('%s in zone %s', (text, zone, instant) => {
    expect(parseXmltvTime(text, zone)).toBe(at(instant))
  })

  test('what is none', () => {
    for (const text of ['', 'soon', '2026-11-29', '20261129203000 XYZ', '202611292030005'])
      expect(parseXmltvTime(text), text).toBeNull()
  })

  test('are written with their offset', () => {
    expect(formatXmltvTime(at('2026-11-29T18:30:00Z'))).toBe('20261129183000 +0000')
  })
})

const FILE = `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<tv><channel id="a"><display-name>A &amp; B</display-name><display-name lang="ru">А</display-name></channel>
<programme start="20261129100000 +0000" stop="20261129110000 +0000" channel="a">
 <title lang="en">One &lt;1&gt;</title><desc><![CDATA[Two & "three"]]></desc>
 <credits><director>D</director><actor role="x"/></credits><icon src="http://h/i.png?a=1&amp;b=2"/>
</programme>
<programme start="20261129110000 +0000" channel="b"><title>Not wanted</title></programme>
<programme start="never" channel="a"><title>Bad</title></programme></tv>`

const read = (text: string, piece = text.length) => {
  const channels: unknown[] = []
  const programmes: { inner: string; title: string; description: string; lang: string }[] = []
  let bad = 0
  const reader = new XmltvReader(
    {
      onChannel: (channel) => channels.push(channel),
      onProgramme: (programme) => programmes.push(programme),
      onBad: () => (bad += 1),
    },
    { zone: null, isWanted: (id) => id === 'a' },
  )
  for (let from = 0; from < text.length; from += piece) reader.write(text.slice(from, from + piece))
  reader.end()
  return { channels, programmes, bad }
}

describe('a file', () => {
  test.each([FILE.length, 7, 1])('in pieces of %i', (piece) => {
    const { channels, programmes, bad } = read(FILE, piece)
    expect(channels).toEqual([{ id: 'a', names: ['A & B', 'А'] }])
    expect(bad).toBe(1)
    expect(programmes).toHaveLength(1)
    expect(programmes[0]).toMatchObject({
      start: at('2026-11-29T10:00:00Z'),
      stop: at('2026-11-29T11:00:00Z'),
      title: 'One <1>',
      lang: 'en',
      description: 'Two & "three"',
    })
    expect(programmes[0]?.inner).toBe(
      '<title lang="en">One &lt;1&gt;</title><desc>Two &amp; &quot;three&quot;</desc>' +
        '<credits><director>D</director><actor role="x"/></credits><icon src="http://h/i.png?a=1&amp;b=2"/>',
    )
  })

  test('what is no XMLTV is refused', () => {
    expect(() => read('<html></html>')).toThrow('not XMLTV')
    expect(() => read('<tv><channel id="a">')).toThrow()
    expect(() => read(' ')).toThrow()
    expect(() => read('<tv>&nothing;</tv>')).toThrow()
  })
})

describe('bytes', () => {
  const pieces = async function* (bytes: Uint8Array, size = 3) {
    for (let from = 0; from < bytes.length; from += size)
      yield await Promise.resolve(bytes.subarray(from, from + size))
  }
  const textIn = async (bytes: Uint8Array, size?: number) => {
    let text = ''
    for await (const piece of textOf(unpacked(pieces(bytes, size)))) text += piece
    return text
  }

  test('as they are, gz and xz', async () => {
    // What `printf '<tv>€</tv>' | xz | base64` writes.
    const xz = Buffer.from(
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALPHR2PuKCrDwvdHY+AHK9GH5GucmhAAEkDKYY2NgftvN9AQAAAAAEWVo=',
      'base64',
    )
    expect(await textIn(Buffer.from('<tv>€</tv>'))).toBe('<tv>€</tv>')
    expect(await textIn(gzipSync('<tv>€</tv>'))).toBe('<tv>€</tv>')
    expect(await textIn(xz)).toBe('<tv>€</tv>')
  })

  // What `printf '<tv/>' | xz --check=sha256 | base64` writes, and the first 90 bytes of a longer file.
  test.each([
    [
      'with a SHA-256 check',
      '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAEPHR2Lz4AAAAAnqJtf+VGWTMGI9eEU1vTxMTMW5TIXBt8dJU01dPwXWwAATUFEoPd8hibS5oBAAAAAApZWg==',
      'pack it with plain xz, or as gzip',
    ],
    [
      'cut short',
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Jw/AEVdADxv+7/+o7Fe5fg/sqomVfhocEFwFQ+N/R5MG4pCtxn0aRhxrmYjiopNL6MN2X+m44wjEVPgWRjF',
      'cut short or damaged',
    ],
  ])('xz %s: the error says what to do', async (_, packed, problem) => {
    await expect(textIn(Buffer.from(packed, 'base64'))).rejects.toThrow(problem)
  })

  test('in the encoding the document declares', async () => {
    const head = '<?xml version="1.0" encoding="windows-1251"?><tv>'
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from([0xcf, 0xf0])])
    expect(await textIn(bytes, 100)).toBe(`${head}Пр`)
  })
})

describe('what is no XML', () => {
  const mend = (text: string, size: number) => {
    const mender = new XmlMender()
    let out = ''
    for (let from = 0; from < text.length; from += size)
      out += mender.write(text.slice(from, from + size))
    return { out: out + mender.end(), mended: mender.mended }
  }

  test.each([
    ['Tom & Jerry', 'Tom &amp; Jerry', 1],
    ['AT&T; M&S', 'AT&amp;T; M&amp;S', 2],
    ['icon src="a?b=1&c=2"', 'icon src="a?b=1&amp;c=2"', 1],
    ['Caf&eacute;&nbsp;&hellip;', 'Café\u00a0…', 3],
    ['&amp;&lt;&gt;&quot;&apos;&#38;&#x26;', '&amp;&lt;&gt;&quot;&apos;&#38;&#x26;', 0],
    ['a < b <b>', 'a &lt; b <b>', 1],
    ['one\u0001two&#1;', 'onetwo', 2],
    ['&#55357;&#56832; &#xD83D;x', '😀 x', 3],
    [
      '<![CDATA[Tom & <Jerry> < &nbsp;]]> & more',
      '<![CDATA[Tom & <Jerry> < &nbsp;]]> &amp; more',
      1,
    ],
    ['\ufeff \n<?xml version="1.0"?><tv/>', '<?xml version="1.0"?><tv/>', 0],
    ['<!-- a --><tv>é😀</tv>', '<!-- a --><tv>é😀</tv>', 0],
    ['ends in &am', 'ends in &amp;am', 1],
  ])('%j becomes %j, however it is cut', (text, wanted, places) => {
    for (let size = 1; size <= text.length; size += 1)
      expect(mend(text, size), `pieces of ${size}`).toEqual({ out: wanted, mended: places })
  })

  test('a guide with all of that is read', () => {
    const guide = `\n<?xml version="1.0"?><tv><channel id="a"/><programme channel="a" start="20261129100000 +0000"><title>Tom & Jerry&nbsp;\u0002</title></programme></tv>`
    const titles: string[] = []
    const reader = new XmltvReader(
      { onChannel: () => {}, onProgramme: ({ title }) => titles.push(title), onBad: () => {} },
      { zone: null, isWanted: () => true },
    )
    reader.write(mend(guide, 9).out)
    reader.end()
    expect(titles).toEqual(['Tom & Jerry'])
  })
})
