import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHiddenSecrets } from '../../../../control/config/edit/hidden-secrets.ts'

const secrets = createHiddenSecrets(Buffer.from('a key of the installation'))

const TEXT = `# admin: password: in-a-comment
redis:
  url: redis://user:redis-pass@10.0.0.5:6379/0   # http://olga:comment-pass@example.org/
sources:
  - name: main
    url: "https://tv.example.net/get.php?username=viewer-name&password=list-pass&type=m3u_plus"
  - name: xtream
    url: http://tv.example.net/live/box-user/box-pass/list.m3u
auth_backends:
  - name: own
    allow: { token: [viewer-token-1, 'viewer-token-2'] }
secure_links:
  - name: links
    key: link-key
destinations:
  - { name: ops, kind: discord, url: https://discord.com/api/webhooks/12/hook-part }
  - name: chat
    kind: telegram
    token: 99887766
    headers:
      X-Own: "header-\\"value"
    token_file: /etc/gatehouse/telegram.token
admin:
  token_file: /etc/gatehouse/admin.token
`

const SECRETS = [
  'in-a-comment',
  'redis-pass',
  'comment-pass',
  'viewer-name',
  'list-pass',
  'box-user',
  'box-pass',
  'viewer-token-1',
  'viewer-token-2',
  'link-key',
  'hook-part',
  '99887766',
  'header-',
]

describe('secrets in the text of a configuration', () => {
  it('are hidden wherever they stand, and nothing else is', () => {
    const hidden = secrets.hide(TEXT)
    for (const secret of SECRETS) expect(hidden).not.toContain(secret)
    for (const plain of [
      '/etc/gatehouse/telegram.token',
      '/etc/gatehouse/admin.token',
      'redis://user:hidden_',
      '@10.0.0.5:6379/0',
      '&type=m3u_plus',
      'https://discord.com/hidden_',
      'name: links',
    ])
      expect(hidden).toContain(plain)
    expect(hidden.split('\n')).toHaveLength(TEXT.split('\n').length)
  })

  it('come back where their marks stand, wherever those were moved', () => {
    const hidden = secrets.hide(TEXT)
    expect(secrets.reveal(hidden, [TEXT])).toEqual({ text: TEXT, unknown: [] })
    const edited = hidden.replace('name: main', 'name: first').replace('redis:', '\nredis:')
    expect(secrets.reveal(edited, ['', TEXT]).text).toBe(
      TEXT.replace('name: main', 'name: first').replace('redis:', '\nredis:'),
    )
  })

  it('that nobody knows are named by their line', () => {
    const [foreign] = secrets.hide('redis:\n  password: other\n').match(/hidden_\S+/) ?? []
    const { unknown } = secrets.reveal(`a: 1\nsecret: ${foreign}\n`, [TEXT])
    expect(unknown).toEqual([2])
  })

  it('are hidden in a text that cannot be parsed', () => {
    const hidden = secrets.hide('redis: {\n  password: broken-text\n  - x: [\n')
    expect(hidden).not.toContain('broken-text')
  })

  it('are hidden in single values by the path of their setting', () => {
    expect(secrets.hideValue('destinations[ops].token', 'abc')).toMatch(/^hidden_/)
    expect(secrets.hideValue('groups[home].networks', ['10.0.0.0/8'])).toEqual(['10.0.0.0/8'])
    expect(secrets.hideValue('auth_backends[own].allow.token', ['abc'])).toEqual([
      secrets.hideValue('destinations[ops].token', 'abc'),
    ])
    expect(secrets.hideValue('redis.url', 'redis://:pw@host/0')).toMatch(
      /^redis:\/\/:hidden_.*@host/,
    )
  })

  it('survive hiding and showing again, whatever they are', () => {
    const texts = fc.array(
      fc.tuple(fc.constantFrom('token', 'password', 'name', 'url'), fc.string()),
    )
    fc.assert(
      fc.property(texts, (pairs) => {
        const text = pairs.map(([key, value]) => `- ${key}: ${JSON.stringify(value)}\n`).join('')
        return secrets.reveal(secrets.hide(text), [text]).text === text
      }),
      { numRuns: 60, seed: 7 },
    )
  })
})
