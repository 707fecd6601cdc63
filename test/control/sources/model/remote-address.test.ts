import { expect, test } from 'vitest'
import {
  outsideAddress,
  remoteAddress,
  viewerAddress,
} from '../../../../control/sources/model/remote-address.ts'

const NOWHERE = { saysLan: false, isHome: () => false, own: new Set<string>() }

const read = (text: unknown) => viewerAddress(outsideAddress(text), NOWHERE)

test.each([
  ['198.51.100.7', '198.51.100.7', false],
  ['198.51.100.7:51234', '198.51.100.7', false],
  ['::ffff:198.51.100.7', '198.51.100.7', false],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['[2001:db8:1:2::5]:51234', '2001:db8:1:2::5', false],
  ['fe80::1%eth0', 'fe80::1', true],
  ['http://192.168.5.166:60006/upnp/desc.xml', '192.168.5.166', true],
  ['http://[fd00::5]:80/desc.xml', 'fd00::5', true],
  ['100.64.3.4', '100.64.3.4', true],
])('%s is %s', (text, address, isLan) => {
  expect(read(text)).toMatchObject({ address, isLan })
})

test.each([undefined, null, '', 'nas.local', 7, 'http://', '999.1.1.1'])(
  'there is no address in %s',
  (text) => {
    expect(remoteAddress(text)).toBeNull()
    expect(read(text)).toEqual({ address: null, network: null, isLan: false })
  },
)

test('a loopback address says nothing of the viewer', () => {
  expect(outsideAddress('127.0.0.1')).toBeNull()
  expect(outsideAddress('::1')).toBeNull()
})

test('the home is the LAN, its own public lines and what its owner names', () => {
  const own = new Set(['203.0.113.9', '2001:db8:1:2::/64'])
  const isHome = (address: string) => address === '192.0.2.50'
  const at = (text: string) =>
    viewerAddress(outsideAddress(text), { saysLan: false, isHome, own }).isLan
  expect(['203.0.113.9', '2001:db8:1:2:abcd::1', '192.0.2.50', '10.1.1.1'].map(at)).toEqual(
    Array(4).fill(true),
  )
  expect(['203.0.113.10', '2001:db8:1:3::1', '198.51.100.1'].map(at)).toEqual(Array(3).fill(false))
})
