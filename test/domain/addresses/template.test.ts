import { expect, test } from 'vitest'
import { fitsTemplate, splitTemplate } from '#domain/addresses/template'

test.each([
  ['/a/b/$Number$.m4s', '/a/b/', '$Number$.m4s'],
  ['/a/$RepresentationID$/b/$Number$.m4s', '/a/', '$RepresentationID$/b/$Number$.m4s'],
  ['/a$$b/c.m4s', '/', 'a$$b/c.m4s'],
  ['$Number$.m4s', '', '$Number$.m4s'],
  ['/a/b.m4s?n=$Number$/x', '/a/', 'b.m4s?n=$Number$/x'],
  ['a.m4s', '', 'a.m4s'],
])('%s is divided', (template, head, tail) => {
  expect(splitTemplate(template)).toEqual({ head, tail })
})

test.each([
  [
    '$Number$.m4s',
    ['1.m4s', '00012.m4s', '%31.m4s'],
    ['a/1.m4s', '.m4s', '1xm4s', '1.m4s/', 'x1.m4s', 'g.m4s'],
  ],
  [
    '$RepresentationID$_$Number%05d$.m4s',
    ['v1_00012.m4s', 'a_b_1.m4s', '%C3%BC_1.m4s'],
    ['v/1_1.m4s', 'v%2f1_1.m4s', 'v%252F1_1.m4s', 'v%5c_1.m4s', 'v\\_1.m4s', '_1.m4s'],
  ],
  ['$RepresentationID$/$Time$.m4s', ['v/1.m4s', 'v/-1.m4s'], ['v/w/1.m4s', 'v//1.m4s', '/1.m4s']],
  ['a$$b+(c)/$Bandwidth$', ['a$b+(c)/1', 'a%24b%2B(c)/1'], ['a$$b+(c)/1', 'abb+c/1']],
  ['$Other$.m4s', ['$Other$.m4s'], ['1.m4s']],
  ['m%20n/ü-$SubNumber%02x$.m4s', ['m%20n/%C3%BC-1f.m4s', 'm n/ü-02.m4s'], ['m%20n/u-1f.m4s']],
])('%s names %j and not %j', (template, names, others) => {
  for (const name of names) expect(fitsTemplate(name, template), name).toBe(true)
  for (const name of others) expect(fitsTemplate(name, template), name).toBe(false)
})
