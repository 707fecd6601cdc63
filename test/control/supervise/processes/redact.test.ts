import { describe, expect, test } from 'vitest'
import { redact } from '../../../../control/supervise/processes/redact.ts'

describe('nginx’s error lines lose every secret and nothing else', () => {
  test.each([
    ['a ticket', 'GET /live/AAECAwQFBgcICQ/federal-1/index.m3u8 HTTP/1.1', 'AAECAwQFBgcICQ'],
    [
      'a pass',
      'GET /s/AbCdEfGh0123456789-_/federal-1/108766756.ts HTTP/1.1',
      'AbCdEfGh0123456789-_',
    ],
    ['user and password', 'GET /live/alice/s3cret/12.m3u8 HTTP/1.1', 's3cret'],
    ['a short password', 'GET /live/bob/x1/12.ts HTTP/1.1', 'x1/'],
    ['a film by user and password', 'GET /movie/alice/s3cret/7.mp4 HTTP/1.1', 's3cret'],
    ['a token in the query', 'GET /playlist.m3u?token=tok-123&x=1 HTTP/1.1', 'tok-123'],
    [
      'user and password in the query',
      'GET /get.php?username=al&password=pw1&type=m3u_plus HTTP/1.1',
      'pw1',
    ],
    ['an upstream address', 'upstream: "http://u:pw9@127.0.0.1:80/x"', 'pw9'],
    ['a header', 'Authorization: Bearer abc.def', 'abc.def'],
    ['a referrer', 'referrer: "http://tv.example/s/AbCdEfGh0123/c/index.m3u8"', 'AbCdEfGh0123'],
  ])('%s', (_, line, secret) => {
    expect(redact(line)).not.toContain(secret)
    expect(redact(line)).toContain('***')
  })

  test('the channel and the rest stay readable', () => {
    expect(
      redact('open() failed, request: "GET /live/AAECAwQFBgcI/federal-1/index.m3u8 HTTP/1.1"'),
    ).toBe('open() failed, request: "GET /live/***/index.m3u8 HTTP/1.1"')
    expect(redact('GET /s/AAECAwQFBgcI/federal-1/1.ts')).toBe('GET /s/***/federal-1/1.ts')
    expect(redact('GET /health HTTP/1.1')).toBe('GET /health HTTP/1.1')
    expect(redact('connect() to unix:/var/lib/gatehouse/run/control.sock failed')).toBe(
      'connect() to unix:/var/lib/gatehouse/run/control.sock failed',
    )
  })
})
