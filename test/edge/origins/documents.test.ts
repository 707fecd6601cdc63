import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      plain: { origin: origin.url, base: '/plain/', entry: 'live.ts', protocol: 'mpegts' },
    })
  })
})
afterAll(async () => {
  await rig?.stop()
})
beforeEach(() => {
  rig.origin.moved.clear()
})

const put = (path: string, body: string, type: string) => rig.origin.files.set(path, { type, body })
const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

describe('a document in place of a stream or segment reaches no viewer', () => {
  const LIST = '#EXTM3U\n#EXTINF:2,\nhttp://origin.example/PROVIDER/1.ts\n'
  const kinds: readonly (readonly [type: string, body: string])[] = [
    ['application/vnd.apple.mpegurl', LIST],
    ['audio/x-mpegURL; charset=utf-8', LIST],
    ['application/dash+xml', '<MPD><BaseURL>http://origin.example/PROVIDER/</BaseURL></MPD>'],
    ['text/html', '<!DOCTYPE html><p>PROVIDER has expired'],
    ['video/mp2t', `\uFEFF${LIST}`],
  ]
  const moves = (path: string): void => void rig.origin.moved.set(path, '/moved/list')

  test.each(kinds.flatMap((it) => [[...it, false] as const, [...it, true] as const]))(
    'as a stream: %s, %#',
    async (type, body, isMoved) => {
      put(isMoved ? '/moved/list' : '/plain/live.ts', body, type)
      if (isMoved) moves('/plain/live.ts')
      const root = await open('plain')
      const text = await fetch(`${rig.url}${root}live.ts`).then(
        async (answer) => {
          if (type !== 'text/html' && type !== 'video/mp2t')
            expect([answer.status, answer.headers.get('x-gatehouse-reason')]).toEqual([
              502,
              'origin.unreadable',
            ])
          return await answer.text().catch(() => '')
        },
        () => '',
      )
      expect(text).not.toContain('PROVIDER')
    },
  )

  test.each(kinds.slice(0, 3).flatMap((it) => [[...it, false] as const, [...it, true] as const]))(
    'as a segment: %s, %#',
    async (type, body, isMoved) => {
      put(isMoved ? '/moved/list' : '/hls/ch1/document.ts', body, type)
      if (isMoved) moves('/hls/ch1/document.ts')
      const answer = await rig.get(`${await open('ch1')}document.ts`)
      expect([answer.status, answer.reason, answer.text]).toEqual([204, 'origin.unreadable', ''])
    },
  )
})
