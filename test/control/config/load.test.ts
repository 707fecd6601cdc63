import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireFiles } from '../../../control/config/checks/file-checks.ts'
import { environmentNames } from '../../../control/config/environment.ts'
import { parseConfig } from '../../../control/config/load.ts'
import { problemText } from '../../../control/config/problems/problem-words.ts'
import { ConfigError } from '../../../control/config/problems/problems.ts'
import { configSchema } from '../../../control/config/schema/schema.ts'
import { withTempDir } from '../../support/cleanup.ts'

const problemsOf = (text: string): string[] => {
  try {
    parseConfig(text, 'g.yaml')
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
}

describe('parseConfig', () => {
  it('fills every default from an empty file', () => {
    const { config } = parseConfig('', 'g.yaml')
    expect(config.edge.listen).toBe('0.0.0.0:8080')
    expect(config.clocks.idle_sec).toBe(30)
    expect(config.groups).toEqual([])
  })

  it('is frozen to the bottom', () => {
    const { config } = parseConfig('groups: [{name: home}]', 'g.yaml')
    expect(Object.isFrozen(config.groups[0]?.channels)).toBe(true)
  })

  it('takes every form of network, files, and DNS servers with a port', () => {
    const networks = '["file:none.txt", 10.10/16, "::ffff:10.0.0.0/104", 1.2.3.4-1.2.3.9]'
    const proxies = '["unix:", "2001:db8::1", 10.0.0.0/8]'
    const servers = '[127.0.0.53, "127.0.0.1:5353", "::1", "[::1]:5353"]'
    const edge = `edge: {trusted_proxies: ${proxies}, resolver: ${servers}}`
    expect(problemsOf(`groups: [{name: a, networks: ${networks}}]\n${edge}`)).toEqual([])
  })

  it('lets the environment win over the file', () => {
    const { config } = parseConfig('redis: {url: "redis://a:1"}', 'g.yaml', {
      GATEHOUSE_REDIS_URL: 'redis://b:2',
      GATEHOUSE_CLOCKS_IDLE_SEC: '45',
    })
    expect(config.redis.url).toBe('redis://b:2')
    expect(config.clocks.idle_sec).toBe(45)
  })

  it('takes relative files from the folder of the configuration', () => {
    const { config } = parseConfig('admin: { token_file: secret/token }', '/etc/gatehouse/g.yaml')
    expect(config.admin.token_file).toBe('/etc/gatehouse/secret/token')
  })

  it('takes the geo files from there too', () => {
    const { config } = parseConfig(
      'geo: { files: [a.mmdb], asn_files: [/b.mmdb] }',
      '/etc/g/g.yaml',
    )
    expect([config.geo.files, config.geo.asn_files]).toEqual([['/etc/g/a.mmdb'], ['/b.mmdb']])
  })

  it('names the settings whose files are not there', () => {
    const secrets = `redis: { password_file: ${import.meta.filename} }\nadmin: { token_file: made }\n`
    const text = `${secrets}secure_links:\n- { name: a, format: nginx, key_file: nowhere }\n`
    expect(() => requireFiles(parseConfig(text, '/etc/g.yaml'))).toThrow(
      /^\/etc\/g\.yaml:4: secure_links\[0\]\.key_file: \/etc\/nowhere: there is no such file$/,
    )
  })

  it('has a sentence for every form of a setting', () => {
    const forms = JSON.stringify(configSchema).matchAll(/"pattern":"((?:[^"\\]|\\.)*)"/g)
    const unsaid = [...forms].filter(([, form = '']) => {
      const error = {
        keyword: 'pattern',
        schemaPath: '',
        instancePath: '',
        params: { pattern: JSON.parse(`"${form}"`) },
        message: '',
      }
      return problemText(error, configSchema).startsWith('has the wrong form')
    })
    expect(unsaid.map(([, form]) => form)).toEqual([])
  })

  it('names a file of a secret that holds nothing', async () => {
    await withTempDir(async (folder) => {
      const file = join(folder, 'secret')
      const required = () => requireFiles(parseConfig(`hooks: { secret_file: ${file} }`, 'g.yaml'))
      await writeFile(file, ' \n')
      expect(required).toThrow(`g.yaml:1: hooks.secret_file: ${file}: is empty`)
      await writeFile(file, 'fifteen-letters\n')
      expect(required).toThrow(
        /hooks\.secret_file: .*: holds fewer than 16 characters, .*openssl rand/,
      )
      await writeFile(file, 'a word of its own\n')
      expect(required).not.toThrow()
    })
  })

  it('gives every environment variable one setting', () => {
    const names = [...environmentNames(configSchema).keys()]
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('GATEHOUSE_EDGE_PUBLIC_URL')
  })

  it('lists every problem with its line', () => {
    expect(problemsOf('groups:\n  - name: Home\n    fail_mode: wrong\nfoo: 1\n')).toEqual([
      'g.yaml:2: groups[0].name: must be a name of a-z, 0-9, - and _, 32 characters at most',
      'g.yaml:3: groups[0].fail_mode: must be one of open, closed',
      'g.yaml:4: foo: is not a setting; see docs/reference.md',
    ])
  })

  it('stops at no number of problems', () => {
    const lines = Array.from({ length: 40 }, (_, n) => `  - name: group-${n}\n    victim: wrong\n`)
    expect(problemsOf(`groups:\n${lines.join('')}`)).toHaveLength(40)
  })

  it.each([
    ['groups: [{name: a}, {name: a}]', "'a' is there twice"],
    ['groups: [{name: a, auth: x}]', "there is no auth backend 'x'"],
    ['groups: [{name: a, default: true}, {name: b, default: true}]', 'only one group'],
    ['surge: [{name: a, group: g}]', "there is no group 'g'"],
    ['sources: [{name: a}]', 'needs either `file` or `url`'],
    ['channels: [{match: "("}]', 'is not a regular expression'],
    [
      "origins: [{name: a, url: 'http://u:p@10.0.0.9:8080'}]",
      'a login belongs into the addresses of the list',
    ],
    ['edge: {listen: 8080}', 'g.yaml:1: edge.listen: must be an address and a port, such as'],
    ['edge: {listen: nonsense}', 'g.yaml:1: edge.listen: must be an address and a port, such as'],
    ['admin: {listen: "127.0.0.1:80000"}', 'admin.listen: there is no port 80000'],
    ['edge: {listen: "*:81"}\nadmin: {listen: "[::1]:81"}', ':2: admin.listen: [::1]:81 is the'],
    ['edge: {lisen: "*:81"}', 'edge.lisen: is not a setting; did you mean listen?'],
    ['groups: [{name: a, Max-Session: 2}]', 'is not a setting; did you mean max_sessions?'],
    ['groups: [{name: a, default: yes}]', 'groups[0].default: must be true or false'],
    ['network_key: {ipv6_prefix: 65}', 'must be 64, or must be 56, or must be 48'],
    ['groups: [{name: a, countries: [DEU]}]', 'countries[0]: must be a country of two letters'],
    [
      'groups:\n- name: a\n  networks:\n  - 10/8\n  - 300.1.1.1',
      ':5: groups[0].networks[1]: 300.1',
    ],
    ['edge: {trusted_proxies: [localhost]}', 'edge.trusted_proxies[0]: localhost: not an address'],
    ['hooks: {allow: [10.0.0.0/33]}', 'hooks.allow[0]: 10.0.0.0/33: the mask must be'],
    ['edge: {resolver: [1.1.1.1, dns.example]}', 'edge.resolver[1]: dns.example: not the address'],
    ['home_networks:\n- 10.0.0.0/8\n- ::/0', ":3: home_networks[1]: '::/0' is too wide for a home"],
    ['secure_links: [{name: a, format: nginx, key: k, match: "["}]', "match: '[' is not a regular"],
    [
      'groups: [{name: g}]\nsurge: [{name: a, group: g, channels: {patterns: ["("]}}]',
      ":2: surge[0].channels.patterns[0]: '(' is not a regular expression",
    ],
    ['control: {listen: "*:8443"}', 'control.listen: needs `certificate_file` and `key_file`'],
    ['admin: {trusted_proxies: [proxy]}', 'admin.trusted_proxies[0]: proxy: not an address'],
    ['redis: {url: "http://r:6379"}', 'redis.url: must begin with redis://, rediss:// or unix:'],
    ['store: {url: "mysql://db"}', 'store.url: must begin with postgres:// or duckdb:'],
    ['- a list', 'must hold settings'],
    ['a: [', 'YAML'],
    ['edge: *nowhere', 'g.yaml:1: YAML: Unresolved alias'],
  ])('refuses %s', (text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message)
  })
})
