import { describe, expect, test } from 'vitest'
import { NginxSettingError, renderIncludes, renderNginx } from '../../../control/nginx/render.ts'
import type { NginxSettings } from '../../../control/nginx/settings.ts'
import { fill } from '../../../control/nginx/template.ts'
import { settings, templates } from '../../support/nginx/nginx-settings.ts'

const conf = (more: Partial<NginxSettings> = {}) =>
  Object.values(renderNginx({ ...settings, ...more }, templates)).join('\n')

/** Where the address asked for stays within the edge: the inner server is this very nginx, a handler hashes it, an opening is judged again by it. */
const OWN: Readonly<Record<string, readonly unknown[]>> = {
  'gatehouse-ask-inner-server.conf': ['proxy_set_header X-Gh-Uri $request_uri;'],
  'gatehouse-http.conf': [
    expect.stringMatching(/^default "\$request_method .* \$http_x_gh_uri";$/),
    expect.stringMatching(/^POST "POST .* \$request_uri \$args";$/),
    'map $request_uri $gh_is_plain {',
  ],
  'gatehouse-door-opening.conf': ['set $gh_opening_path $uri;'],
  'gatehouse-door-manifest.conf': [expect.stringMatching(/^if \(\$request_uri !~ /)],
  'gatehouse-door-segment.conf': [expect.stringMatching(/^if \(\$request_uri !~ /)],
}

describe('the rendered configuration', () => {
  test("takes the country from the operator's own variable", () => {
    expect(conf()).toContain('js_var $gh_country "";')
    const text = conf({ countryVariable: '$geoip2_country_code' })
    expect(text).toContain('js_var $gh_country "$geoip2_country_code";')
  })

  test('has every value filled in, and no listener the settings do not name', () => {
    const text = conf()
    expect(text).not.toMatch(/\{\{/)
    expect(
      text
        .match(/^\s*listen .*$/gm)
        ?.map((line) => line.trim())
        .sort(),
    ).toEqual([
      'listen "unix:/s/fail.sock";',
      'listen "unix:/s/inner.sock" backlog=4096;',
      'listen "unix:/s/inner.sock" default_server;',
      'listen "unix:/s/push.sock";',
      'listen 0.0.0.0:8080 reuseport backlog=4096;',
    ])
    expect(text).not.toContain('set_real_ip_from 1')
    expect(text).not.toContain('geoip2 "')
  })

  test('an address for IPv6 viewers takes those of IPv4 too', () => {
    const listen = [{ address: '[::]:8080', isProxyProtocol: true }]
    const text = conf({ listen })
    expect(text).toContain('listen [::]:8080 proxy_protocol reuseport backlog=4096;')
    expect(text).toContain('listen 0.0.0.0:8080 proxy_protocol reuseport backlog=4096;')
    expect(conf({ listen: [{ address: '[::1]:8080', isProxyProtocol: false }] })).not.toContain(
      '0.0.0.0',
    )
  })

  test('serves HTTPS with a server for each certificate, sockets set up once', () => {
    const https = {
      address: '[::]:443',
      isProxyProtocol: false,
      hasHttp3: true,
      port: 443,
      redirectTo: 'https://$host',
      certificates: [
        { files: ['/c/a.pem'], names: ['tv.example.net'] },
        { files: ['/c/b.pem'], names: ['*.example.org'] },
        { files: ['/c/c.pem'], names: [] },
      ],
    }
    const text = conf({ https })
    const count = (part: string) => text.split(part).length - 1
    expect(count('listen [::]:443 ssl default_server reuseport backlog=4096;')).toBe(1)
    expect(count('listen 0.0.0.0:443 quic default_server reuseport;')).toBe(1)
    expect(count('listen [::]:443 ssl;')).toBe(1)
    expect(count('server_name tv.example.net _;')).toBe(1)
    expect(count('server_name *.example.org;')).toBe(1)
    expect(text).not.toContain('c.pem')
    expect(count('return 301 https://$host$request_uri;')).toBe(1)
    const served = conf({ https: { ...https, redirectTo: null, hasHttp3: false } })
    expect(served).toContain('ssl_certificate_key "/c/a.pem";')
    expect(served).not.toMatch(/quic|add_header Alt-Svc|gh_to_https/)
    const broken = { ...https, certificates: [{ files: ['/c/a.pem'], names: ['a;b'] }] }
    expect(() => conf({ https: broken })).toThrow(NginxSettingError)
  })

  test('never sends a request line, ticket or pass to the origin or into a cache key', () => {
    const files = renderNginx({ ...settings, segmentCache: { size: '1g', validSec: 5 } }, templates)
    for (const [name, text] of Object.entries(files)) {
      const lines = text
        .split('\n')
        .filter((line) => /\$request_uri|\$request\b|\$uri\b/.test(line))
        .map((line) => line.trim())
      expect(lines, name).toEqual(OWN[name] ?? [])
    }
    expect(
      Object.values(files)
        .join('\n')
        .match(/proxy_cache_key .*$/gm)
        ?.sort(),
    ).toEqual([
      'proxy_cache_key $gh_list_uri;',
      'proxy_cache_key $gh_origin$gh_path;',
      'proxy_cache_key $gh_picture;',
    ])
    expect(files['gatehouse-proxy-origin.conf']).not.toMatch(/gh_pass|gh_ticket/)
  })

  test('no dictionary that holds leases or bans evicts; those a stranger fills do', () => {
    const zones = conf().match(/js_shared_dict_zone .*$/gm) ?? []
    const evicts = (zone: string) =>
      zones.find((line) => line.includes(`zone=${zone}:`))?.includes('evict')
    for (const zone of [
      'gh_leases',
      'gh_bans',
      'gh_state',
      'gh_texts',
      'gh_slots',
      'gh_networks_a',
    ])
      expect(evicts(zone), zone).toBe(false)
    for (const zone of ['gh_denied', 'gh_guessed', 'gh_country', 'gh_identity', 'gh_pace'])
      expect(evicts(zone), zone).toBe(true)
  })

  test('origins get connections kept open, proxies are believed when named, control over TLS is verified', () => {
    const text = conf({
      trustedProxies: ['10.0.0.0/8'],
      control: {
        servers: ['control.example:9443'],
        tls: { trustedCertificate: '/ca.pem', serverName: 'control.example' },
      },
      edgeKey: 'abc',
      geoipFile: '/geo/country.mmdb',
      pushListen: {
        address: '0.0.0.0:9444',
        tls: { certificate: '/c.pem', key: '/k.pem' },
        key: 'pushkey',
        announced: 'https://*:9444',
      },
    })
    expect(text).toContain('"https://origin.example" https://gh_origin_1;')
    expect(text).toContain('server origin.example:443;')
    expect(text).toContain('set_real_ip_from 10.0.0.0/8;')
    expect(text).toContain('proxy_ssl_verify on;')
    expect(text).toContain('Authorization "Edge edge-1:abc"')
    expect(text).toContain('$gh_geoip_country default="" country iso_code;')
    expect(text).toContain('listen 0.0.0.0:9444 ssl;')
    expect(text).toContain('set $gh_push_key "pushkey"')
    expect(text).toContain('js_var $gh_push_address "https://*:9444"')
  })

  test('an operator’s own nginx takes the includes alone', () => {
    const files = renderIncludes(settings, templates)
    expect(Object.keys(files)).toContain('gatehouse-http.conf')
    expect(files['nginx.conf']).toBeUndefined()
    for (const name of Object.values(files)
      .join('\n')
      .matchAll(/include "\/state\/nginx\/([^"]+)"/g))
      expect(Object.keys(files)).toContain(name[1])
  })

  test('a value that would end a directive is refused', () => {
    for (const bad of ['a"b', 'a;b', 'a\nb', 'a$b', 'a{b'])
      expect(() => conf({ edgeId: bad }), bad).toThrow(NginxSettingError)
    expect(() => conf({ origins: ['http://x"; evil'] })).toThrow(NginxSettingError)
  })

  test('a template with an unknown name is a mistake', () => {
    expect(() => fill('{{nothing}}', {})).toThrow('nothing')
    expect(fill('a {{b}} c\n\n\n\nd', { b: '1' })).toBe('a 1 c\n\nd\n')
  })
})
