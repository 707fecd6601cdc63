import fc from 'fast-check'
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

  it.each([
    [
      '#EXTINF:-1 tvg-name="Dash A"tvg-id="r.1"tvg-chno="7"group-title="Radio",Dash A',
      'Dash A',
      { 'tvg-name': 'Dash A', 'tvg-id': 'r.1', 'tvg-chno': '7', 'group-title': 'Radio' },
    ],
    [
      '#EXTINF:-1 tvg-id="q2", tvg-name="Q two", group-title="Radio",Q two',
      'Q two',
      { 'tvg-id': 'q2', 'tvg-name': 'Q two', 'group-title': 'Radio' },
    ],
    ['#EXTINF:-1 tvg-id="q3" radio group-title="R",Q', 'Q', { 'tvg-id': 'q3', 'group-title': 'R' }],
    [
      '#EXTINF:-1 tvg-id="q3", radio, group-title="R",Q',
      'Q',
      { 'tvg-id': 'q3', 'group-title': 'R' },
    ],
    ['#EXTINF:-1 tvg-id="q3" radio,Q "3"', 'Q "3"', { 'tvg-id': 'q3' }],
    ['#EXTINF:-1 tvg-id="q4" group-title = "R",Q', 'Q', { 'tvg-id': 'q4', 'group-title': 'R' }],
    ['#EXTINF:-1 tvg-id ="q4" group-title= "R" ,Q', 'Q', { 'tvg-id': 'q4', 'group-title': 'R' }],
    ['#EXTINF:-1 tvg-id=q5,group-title=R,Q', 'Q', { 'tvg-id': 'q5', 'group-title': 'R' }],
    [`#EXTINF:-1 tvg-id='q6'group-title='R',Q`, 'Q', { 'tvg-id': 'q6', 'group-title': 'R' }],
    ['#EXTINF:-1,tvg-id="q7",group-title="R",Q, B', 'Q, B', { 'tvg-id': 'q7', 'group-title': 'R' }],
    ['#EXTINF:-1 tvg-id="" group-title="R",Q', 'Q', { 'tvg-id': '', 'group-title': 'R' }],
    [
      '#EXTINF:-1 tvg-id="q0"own=1 group-title="R",Q',
      'Q',
      { 'tvg-id': 'q0', own: '1', 'group-title': 'R' },
    ],
    ['#EXTINF:-1 tvg-id= group-title="R",Q', 'Q', { 'tvg-id': '', 'group-title': 'R' }],
    ['#EXTINF:-1 tvg-id="q8";group-title="R";,Q', 'Q', { 'tvg-id': 'q8', 'group-title': 'R' }],
    [
      '#EXTINF:-1 tvg-id="q8" ; group-title="A;B" ; ,Q',
      'Q',
      { 'tvg-id': 'q8', 'group-title': 'A;B' },
    ],
    [
      '#EXTINF:-1 tvg-id="q9"tvg-chno=7 group-title="R",Q',
      'Q',
      { 'tvg-id': 'q9', 'tvg-chno': '7', 'group-title': 'R' },
    ],
  ])('%s is read as players read it, without a word', (line, name, attributes) => {
    const info = parseInfoLine(line)
    expect(info.name).toBe(name)
    expect(Object.fromEntries(info.attributes.map((one) => [one.name, one.value]))).toEqual(
      attributes,
    )
    expect(info.problems).toEqual([])
  })

  it.each([
    ['N tvg-id="y"', 'tvg-id'],
    ["tvg-logo='y' N", 'tvg-logo'],
    ['N group-title=R', 'group-title'],
  ])('says what stands in a name: %s', (name, attribute) => {
    const info = parseInfoLine(`#EXTINF:-1,${name}`)
    expect(info.name).toBe(name)
    expect(info.problems).toEqual([`not read: ${attribute}, which stands in the name`])
  })

  it('reads back what was written, whatever stands between', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9 .;:_-]{0,12}$/).map((text) => text.trim())
    const names = fc.shuffledSubarray(['tvg-id', 'tvg-name', 'group-title', 'tvg-logo', 'x-own'], {
      minLength: 1,
    })
    const equals = fc.constantFrom('=', ' =', '= ', ' = ')
    const gap = fc.constantFrom('', ' ', ',', ', ', ' , ', ' radio ', ', radio, ')
    fc.assert(
      fc.property(
        names,
        fc.infiniteStream(value),
        fc.infiniteStream(equals),
        fc.infiniteStream(gap),
        (list, values, signs, gaps) => {
          const written = list.map((name) => ({ name, value: values.next().value ?? '' }))
          const text = written
            .map(
              (one, at) =>
                `${at === 0 ? '' : gaps.next().value}${one.name}${signs.next().value}"${one.value}"`,
            )
            .join('')
          const info = parseInfoLine(`#EXTINF:-1 ${text},The name, with "quotes"`)
          expect(info.attributes.map((one) => ({ name: one.name, value: one.value }))).toEqual(
            written,
          )
          expect(info.name).toBe('The name, with "quotes"')
          expect(info.problems).toEqual([])
        },
      ),
    )
  })

  it('loses no word without saying so', () => {
    const piece = fc.constantFrom('tvg-id', 'x', '=', '"', '""', "'", ' ', ',', 'radio', 'Äb')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const line = `#EXTINF:-1 ${pieces.join('')}`
        const info = parseInfoLine(line)
        const said = [
          info.name,
          ...info.attributes.flatMap((one) => [one.name, one.value]),
          ...info.problems,
        ].join(' ')
        for (const word of pieces) if (/^(?:x|Äb)$/.test(word)) expect(said).toContain(word)
        for (const one of info.attributes) expect(one.from).toBeLessThan(one.to)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['tvg-id="x" group-title="R S,N', 'tvg-id="x" group-title="R S",N'],
    ['tvg-id=“x” radio group-title=„Big news“,N', 'tvg-id="x" radio group-title="Big news",N'],
    ['tvg-id="x" group-title="R" News', 'tvg-id="x" group-title="R",News'],
    ['tvg-id=""x"" group-title=R,N', 'tvg-id="x" group-title="R",N'],
    ['tvg-id=\'x\' group-title = "g",N', 'tvg-id="x" group-title="g",N'],
    ['tvg-id=x,tvg-name="b",N', 'tvg-id="x" tvg-name="b",N'],
    ['tvg-logo= http://h/l.png?id=5,N', 'tvg-logo="http://h/l.png?id=5",N'],
    ['tvg-logo=http://h/l.png?a,b tvg-id=x,N', 'tvg-logo="http://h/l.png?a,b" tvg-id="x",N'],
    ['tvg-logo=“http://h/l.png?a=b,c”,N', 'tvg-logo="http://h/l.png?a=b,c",N'],
    ['tvg-id="x" group-title="R | S,He said: "hi"', 'tvg-id="x" group-title="R | S",He said: "hi"'],
    ['tvg-id="x" tvg-name="say "hello", go",N', 'tvg-id="x" tvg-name="say \'hello\', go",N'],
  ])('%s is written as it was read', (from, to) => {
    expect(parseInfoLine(`#EXTINF:-1 ${from}`).tidied).toBe(`#EXTINF:-1 ${to}`)
  })

  it('reads what it wrote in place of a guess as it read that, without a guess', () => {
    const piece = fc.constantFrom('tvg-id', 'group-title', 'x', '=', '"', '""', "'", ' ', ',', '“')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const line = `#EXTINF:-1 ${pieces.join('')},News`
        const { tidied, attributes, name } = parseInfoLine(line)
        // A name that begins as an attribute does is read as one behind another comma.
        if (tidied === line || name.includes('=')) return
        const again = parseInfoLine(tidied)
        const written = name.includes(',') ? name.replaceAll('"', "'") : name
        // A name with a comma has a quote before it.
        const named = attributes.length === 0 ? [{ name: 'tvg-name', value: written }] : attributes
        const pairs = (list: readonly { name: string; value: string }[]) =>
          list.map((one) => `${one.name}=${one.value.replaceAll('"', "'")}`).sort()
        expect([pairs(attributes), pairs(named)]).toContainEqual(pairs(again.attributes))
        expect(again.name).toBe(written)
        expect(again.tidied).toBe(tidied)
      }),
      { numRuns: 2000 },
    )
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
    for (const unit of [
      '" ',
      'a="',
      '= ',
      ' ',
      'a=b" ',
      '",',
      ',',
      'a="b",',
      'a=b ',
      'radio,',
      'tvg-id="',
      `a='`,
      'x ',
      'a="b c\'',
      ',tvg-id=',
      'tvg-id="a"x',
      'tvg-id=,',
      '"x,',
      '‘a',
    ])
      expect(parseInfoLine(`#EXTINF:-1 ${unit.repeat(200_000 / unit.length)}`).duration).toBe(-1)
  })
})
