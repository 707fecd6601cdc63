import { describe, expect, it } from 'vitest'
import { askedProto } from '../../../control/access/query.ts'

describe('the protocol backends are told', () => {
  it.each([
    ['what the player asks for', { rest: 'stream.ts' }, 'mpegts'],
    ['what the player asks for', { rest: 'manifest.mpd' }, 'dash'],
    ['what the player asks for', { rest: 'timeshift_abs-1.m3u8' }, 'hls'],
    ['the channel’s own for a segment', { rest: 'seg-1.ts' }, 'dash'],
    ['the channel’s own where another server says none', { rest: '', proto: null }, 'dash'],
    ['the other server’s word', { rest: '', proto: 'rtmp' }, 'rtmp'],
  ])('case=%s %j', (_what, opening, expected) => {
    expect(askedProto({ args: '', now: 0, ...opening }, 'dash')).toBe(expected)
  })
})
