import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress } from '#domain/networks/network'
import { mintLink } from '../../../control/access/signed-links/mint-link.ts'
import {
  createSecureLinks,
  type SecureLink,
} from '../../../control/access/signed-links/secure-link.ts'
import { buildGroupNetworks } from '../../../control/groups/group-networks.ts'
import { importNginxGeo } from '../../../control/migrate/nginx/geo.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'

const GEO = `
geo $place {
  default outside;
  proxy 127.0.0.1/32;
  include nets.conf;
  delete 10.3.0.0/16;
  10.1.2.0/24 office;
  10.1.0.0/16 home;
  10.1.2.128/25 home;
  2001:db8::/32 office;
  2001:db8:1::/48 home;
}
geo $span {
  ranges;
  default outside;
  proxy 127.0.0.1/32;
  10.0.0.0-10.0.3.255 home;
  10.0.1.7-10.0.1.9 office;
  10.2.0.1-10.2.0.1 office;
  10.2.1.0-10.2.1.255 office;
  delete 10.2.1.6-10.2.1.7;
  10.3.0.0-10.3.1.255 home;
  delete 10.3.0.0-10.3.1.255;
}`
const NETS = '10.2.0.0/16 office;\n10.3.0.0/16 office;\n10.2.9.9 home;'
const link: SecureLink = {
  name: 'shop',
  format: 'nginx',
  key: 'SECRET',
  checkIp: true,
  expression: '$secure_link_expires$uri$remote_addr $key',
  match: '.*',
}

let nginx: TestNginx
beforeAll(async () => {
  nginx = await startNginx({
    conf: `${GEO}
server {
  listen 127.0.0.1:__PORT__;
  location = /place { return 200 $place; }
  location = /span { return 200 $span; }
  location /live/ {
    secure_link $arg_md5,$arg_expires;
    secure_link_md5 "$secure_link_expires$uri$remote_addr SECRET";
    if ($secure_link = "") { return 403; }
    if ($secure_link = "0") { return 410; }
    return 200 ok;
  }
}`,
    files: { 'nets.conf': NETS },
  })
})
afterAll(async () => {
  await nginx.stop()
})

const read = (variable: string) => {
  const block = GEO.split('geo ').find((text) => text.startsWith(variable)) ?? ''
  return importNginxGeo(`geo ${block}`, {
    file: 'nginx.conf',
    readInclude: () => [{ file: 'nets.conf', text: NETS }],
  }).config
}

const addresses = (): string[] => {
  const parts = [0, 1, 2, 3]
  const tails = ['0.1', '1.6', '1.7', '1.9', '2.127', '2.128', '2.200', '9.9', '3.255', '4.0']
  const v4 = parts.flatMap((part) => tails.map((tail) => `10.${part}.${tail}`))
  return [...v4, '192.0.2.1', '2001:db8::1', '2001:db8:1::1', '2001:db8:2::1', '2001:db9::1']
}

describe("an imported geo block and nginx's own", () => {
  it.each([
    ['$place', '/place'],
    ['$span', '/span'],
  ])('case=%s put every address into the same group', async (variable, path) => {
    const groups = read(variable).groups ?? []
    const texts = groups.map(({ name, networks }) => ({ id: name, networks: networks ?? [] }))
    const { index } = await buildGroupNetworks(texts, '/nowhere')
    const seen = new Set<string>()
    for (const address of addresses()) {
      if (variable === '$span' && address.includes(':')) continue
      const answer = await fetch(`${nginx.url}${path}`, { headers: { 'X-Forwarded-For': address } })
      const theirs = await answer.text()
      const parsed = parseAddress(address)
      const ours = parsed === null ? null : (index.find(parsed)?.group ?? 'outside')
      expect(`${address} ${ours}`).toBe(`${address} ${theirs}`)
      seen.add(theirs)
    }
    expect([...seen].sort()).toEqual(['home', 'office', 'outside'])
  })
})

describe("a minted link and nginx's secure_link", () => {
  const uri = '/live/news/index.m3u8'
  const nowSec = Math.floor(Date.now() / 1000)
  const order = { channel: 'news', uri, address: '127.0.0.1', userId: null, nowSec, ttlSec: 600 }

  it.each([
    ['good', {}, 200, 'ok'],
    ['of another path', { uri: '/live/sport/index.m3u8' }, 403, 'token.unknown'],
    ['of another address', { address: '192.0.2.1' }, 403, 'token.unknown'],
    ['past its time', { nowSec: nowSec - 3600 }, 410, 'ticket.expired'],
  ])('case=%s', async (_what, odd, status, expected) => {
    const answer = mintLink(link, { ...order, ...odd })
    if (!answer.ok) throw new Error(answer.why)
    const { query } = answer.link
    expect((await fetch(`${nginx.url}${uri}?${query}`)).status).toBe(status)
    const presented = { channel: 'news', uri, address: '127.0.0.1', token: null, args: query }
    const verdict = createSecureLinks([link])(presented, nowSec)
    expect(verdict?.ok ? 'ok' : verdict?.reason).toBe(expected)
  })
})
