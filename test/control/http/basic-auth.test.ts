import { expect, test } from 'vitest'
import { basicAuth } from '../../../control/http/basic-auth.ts'

// What curl 8 sends for the same addresses.
test.each([
  ['u:p%zz', '753a70257a7a'],
  ['u:100%25', '753a31303025'],
  ['u:100%', '753a31303025'],
  ['üs:pä', 'c3bc733a70c3a4'],
  ['u%40x:p%3Aq', '7540783a703a71'],
  ['u:', '753a'],
  [':p', '3a70'],
  ['u%FF:x', '75ff3a78'],
])('the login %s is sent as curl sends it', (login, bytes) => {
  const { authorization = '' } = basicAuth(new URL(`http://${login}@backend.example/`))
  const [scheme, pair = ''] = authorization.split(' ')
  expect([scheme, Buffer.from(pair, 'base64').toString('hex')]).toEqual(['Basic', bytes])
})

test('an address without a login has no header', () => {
  expect(basicAuth(new URL('http://backend.example/'))).toEqual({})
})
