import { expect, it } from 'vitest'
import { readTautulliAddress } from '../../../../control/sources/tautulli/address.ts'

it.each([
  ['nas', 'http://nas', null],
  ['nas:8181/', 'http://nas:8181', null],
  ['https://tv.example/tautulli//', 'https://tv.example/tautulli', null],
  ['[2001:db8::1]:8181', 'http://[2001:db8::1]:8181', null],
  ['http://me:p%40ss@nas:8181', 'http://nas:8181', 'Basic bWU6cEBzcw=='],
  ['HTTP://nas:8181', 'HTTP://nas:8181', null],
  ['http://nas:8181/tv/api/v2?apikey=k3y&cmd=get_users', 'http://nas:8181/tv', null],
  ['nas:8181?apikey=k3y', 'http://nas:8181', null],
  ['http://nas:8181/#k3y', 'http://nas:8181', null],
])('%s is %s', (raw, base, authorization) => {
  expect(readTautulliAddress(raw)).toEqual({ base, authorization })
})

it.each(['http://', 'nas:port', 'http://[::1', 'ftp://nas', 'http://me:50%@nas'])(
  '%s is no address',
  (raw) => {
    expect(readTautulliAddress(raw)).toBeNull()
  },
)
