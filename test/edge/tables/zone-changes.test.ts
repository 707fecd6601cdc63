import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readZones, zoneChanges } from '../../../control/nginx/zones.ts'
import { startNginx } from '../../support/nginx/nginx.ts'
import { until } from '../../support/programs/port.ts'

const dict = (more: string) => `js_shared_dict_zone zone=z:64k${more};`
const cases: readonly (readonly [string, string, string])[] = [
  ['another type', dict(''), dict(' type=number')],
  ['another type and size', dict(''), 'js_shared_dict_zone zone=z:128k type=number;'],
  ['a time-out that comes', dict(''), dict(' timeout=1h')],
  ['a time-out that goes', dict(' timeout=1h'), dict('')],
  ['another time-out', dict(' timeout=1h'), dict(' timeout=2h')],
  ['entries that give way', dict(' timeout=1h'), dict(' timeout=1h evict')],
  ['entries that stay', dict(' timeout=1h evict'), dict(' timeout=1h')],
  [
    'another key of requests',
    'limit_req_zone $remote_addr zone=z:1m rate=1r/s;',
    'limit_req_zone $uri zone=z:1m rate=1r/s;',
  ],
  [
    'another key and size of requests',
    'limit_req_zone $remote_addr zone=z:1m rate=1r/s;',
    'limit_req_zone $uri zone=z:2048k rate=1r/s;',
  ],
  [
    'another rate',
    'limit_req_zone $remote_addr zone=z:1m rate=1r/s;',
    'limit_req_zone $remote_addr zone=z:1024k rate=2r/s;',
  ],
  [
    'another key of connections',
    'limit_conn_zone $remote_addr zone=z:1m;',
    'limit_conn_zone $uri zone=z:1m;',
  ],
  [
    'another kind of zone',
    'limit_conn_zone $remote_addr zone=z:1m;',
    'limit_req_zone $remote_addr zone=z:1m rate=1r/s;',
  ],
  [
    'another path of a cache',
    'proxy_cache_path __DIR__/one levels=1 keys_zone=z:1m;',
    'proxy_cache_path __DIR__/two levels=1 keys_zone=z:1m;',
  ],
  [
    'other levels of a cache',
    'proxy_cache_path __DIR__/one levels=1 keys_zone=z:1m;',
    'proxy_cache_path __DIR__/one levels=1:2 keys_zone=z:1m;',
  ],
  [
    'a larger cache on disk',
    'proxy_cache_path __DIR__/one levels=1 keys_zone=z:1m max_size=1g;',
    'proxy_cache_path __DIR__/one levels=1 keys_zone=z:1m max_size=2g;',
  ],
]

test.each(cases)('%s is refused by nginx where it is said to be', async (_, old, now) => {
  const server = 'server { listen 127.0.0.1:__PORT__; location / { return 200 ok; } }'
  const nginx = await startNginx({ conf: `${old}\n${server}` })
  try {
    const here = (text: string) => text.replaceAll('__DIR__', nginx.dir)
    const before = await nginx.readFile('nginx.conf')
    const after = before.replace(here(old), here(now))
    expect(after).not.toBe(before)
    await writeFile(join(nginx.dir, 'nginx.conf'), after)
    const told = zoneChanges(readZones(before), readZones(after))
    process.kill(nginx.pid, 'SIGHUP')
    await until('an answer', () =>
      /\[emerg\]|start worker processes[^]*start worker processes/.test(nginx.errorLog()),
    )
    const isRefused = nginx.errorLog().includes('[emerg]')
    expect(told.some(({ effect }) => effect === 'refused')).toBe(isRefused)
  } finally {
    await nginx.stop()
  }
})
