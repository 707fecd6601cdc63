import { expect, test } from 'vitest'
import { banner, type ReadyReport } from '../../../../control/supervise/start/banner.ts'

const READY: ReadyReport = {
  edge: 'http://127.0.0.1:8080',
  admin: 'http://127.0.0.1:8090',
  adminToken: 't',
  dashboard: 'http://127.0.0.1:8090',
  signIn: null,
  accounts: [],
  groups: [],
}

test('the playlist stands where viewers reach it', () => {
  expect(banner(READY, 's')).toContain('  Playlist    http://127.0.0.1:8080/playlist.m3u\n')
})

test('a service without groups says what that means', () => {
  expect(banner(READY, 's')).toContain('  Groups      none: every viewer is refused\n')
})

test.each([READY, { ...READY, admin: '' }])(
  'and at an nginx of one’s own, no address is made up',
  (ready) => {
    const text = banner({ ...ready, edge: null }, 's')
    expect(text).toContain('  Playlist    /playlist.m3u, where your own nginx listens\n')
    expect(text).toContain('edge.public_url')
    expect(text).not.toMatch(/:80(?:80)?\/playlist|null/)
  },
)
