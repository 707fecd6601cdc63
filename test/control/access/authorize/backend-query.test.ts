import { describe, expect, it } from 'vitest'
import { protoForBackend } from '../../../../control/access/admission/asked-protocol.ts'

describe('the protocol backends are told', () => {
  it.each([
    ['the channel’s own behind every list’s entry', { rest: 'stream.ts' }, 'dash'],
    ['the channel’s own behind every list’s entry', { rest: 'index.m3u8' }, 'dash'],
    ['what the player asks for', { rest: 'mono.m3u8' }, 'hls'],
    ['what the player asks for', { rest: 'timeshift_abs-1.ts' }, 'mpegts'],
    ['what the player asks for', { rest: 'archive-1-60.mpd' }, 'dash'],
    ['the channel’s own for a segment', { rest: 'seg-1.ts' }, 'dash'],
    ['the channel’s own where another server says none', { rest: '', proto: null }, 'dash'],
    ['the other server’s word', { rest: '', proto: 'rtmp' }, 'rtmp'],
  ])('case=%s %j', (_what, opening, expected) => {
    expect(protoForBackend(opening, 'dash')).toBe(expected)
  })
})
