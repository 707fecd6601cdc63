import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signatureOf } from '../../../../control/notify/channels/webhook.ts'
import { plainDestination } from '../../../../control/notify/model/defaults.ts'
import type { DeliveryError } from '../../../../control/notify/model/delivery-error.ts'
import type { Destination } from '../../../../control/notify/model/notifier.ts'
import { createNotifier } from '../../../../control/notify/registry.ts'
import {
  describeNotifier,
  messageOf,
  notice,
  progressFrom,
  stream,
} from '../../../contract/notifier-contract.ts'
import { useCleanup } from '../../../support/cleanup.ts'
import type { FakeService } from '../../../support/notify/fake-service.ts'
import {
  shownOf,
  startDiscord,
  startGotify,
  startHook,
  startNtfy,
  startTelegram,
} from '../../../support/notify/services.ts'

const log = { info: () => null, warn: () => null }

interface Kind {
  readonly start: () => Promise<FakeService>
  readonly settings: (url: string) => Partial<Destination>
  /** Settings the service refuses, and its own words then. */
  readonly wrong: (url: string) => Partial<Destination>
  readonly words: string
}

const KINDS: Readonly<Record<string, Kind>> = {
  discord: {
    start: startDiscord,
    settings: (url) => ({ url: `${url}/api/webhooks/42/hook-token` }),
    wrong: (url) => ({ url: `${url}/api/webhooks/42/other` }),
    words: 'Discord answered 404: Unknown Webhook',
  },
  ntfy: {
    start: startNtfy,
    settings: (url) => ({ url, topic: 'alerts', token: 'tk_secret' }),
    wrong: (url) => ({ url, topic: 'alerts', token: 'tk_other' }),
    words: 'ntfy answered 403: forbidden',
  },
  telegram: {
    start: startTelegram,
    settings: (url) => ({ url, token: '77:bot-token', chat_id: '-1001' }),
    wrong: (url) => ({ url, token: '77:bot-token', chat_id: '-5' }),
    words: 'Telegram answered 400: Bad Request: chat not found',
  },
  gotify: {
    start: startGotify,
    settings: (url) => ({ url: `${url}/sub/`, token: 'A-app' }),
    wrong: (url) => ({ url: `${url}/sub`, token: 'B' }),
    words: 'Gotify answered 401: you need to provide a valid access token',
  },
  webhook: {
    start: startHook,
    settings: (url) => ({ url: `${url}/in?x=1`, secret: 'key' }),
    wrong: (url) => ({ url }),
    words: '',
  },
}

const onCleanup = useCleanup()

const open = async (kind: string, changes: Partial<Destination> = {}, isWrong = false) => {
  const made = KINDS[kind]
  if (!made) throw new Error(kind)
  const service = await made.start()
  const settings = isWrong ? made.wrong(service.url) : made.settings(service.url)
  const destination = { ...plainDestination('ops', kind), ...settings, ...changes }
  const notifier = createNotifier(destination, { log })
  onCleanup(async () => {
    await notifier.close()
    await service.stop()
  })
  return { service, notifier }
}

/** How a send fails. */
const failureOf = async (sending: Promise<void>): Promise<DeliveryError> =>
  await sending.then(
    () => {
      throw new Error('it was taken')
    },
    (error: DeliveryError) => error,
  )

const many = Array.from({ length: 120 }, (_, n) => stream(n))

for (const [kind, { start, settings, words }] of Object.entries(KINDS)) {
  describeNotifier(kind, async () => {
    const service = await start()
    const destination = { ...plainDestination('ops', kind), ...settings(service.url) }
    const notifier = createNotifier(destination, { log })
    return {
      notifier,
      messages: () => Promise.resolve(service.taken.map(shownOf)),
      remove: async () => {
        await notifier.close()
        await service.stop()
      },
    }
  })

  describe(`the service ${kind}`, () => {
    test('is told every stream of an alarm, in as many parts as it needs', async () => {
      const { service, notifier } = await open(kind)
      await notifier.send(messageOf([notice(1, { streams: many })]), progressFrom())
      const all = service.taken.map(shownOf).join('\n')
      for (const { who, what, where, device, address } of many)
        expect(all).toMatch(new RegExp([who, what, where, device, address, 'playing'].join(' · ')))
    })

    test.runIf(words !== '')('refuses in its own words, for good', async () => {
      const { notifier, service } = await open(kind, {}, true)
      const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
      expect(error).toMatchObject({ message: words, isPassing: false })
      expect(service.requests).toHaveLength(1)
    })

    test.each([408, 429, 500, 502, 503])('%i passes, with its Retry-After', async (status) => {
      const { notifier, service } = await open(kind)
      service.next({ status, body: { message: 'busy' }, headers: { 'retry-after': '7' } })
      const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
      expect(error).toMatchObject({ isPassing: true, retryAfterMs: 7000, status })
      expect(error.message).toContain('busy')
    })

    test.each([400, 401, 403, 404, 410, 422, 302])('%i stays', async (status) => {
      const { notifier, service } = await open(kind)
      service.next({ status, body: 'no', headers: { location: `${service.url}/else` } })
      const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
      expect(error).toMatchObject({ isPassing: false, status })
      expect(service.requests).toHaveLength(1)
    })

    test('a cut connection, a slow answer and nobody at all pass, without the address', async () => {
      const { notifier, service } = await open(kind, { timeout_sec: 1 })
      service.next({ status: 200, cut: true }, { status: 200, isSilent: true })
      const failures = []
      for (let n = 0; n < 2; n += 1)
        failures.push(await failureOf(notifier.send(messageOf([notice(n)]), progressFrom())))
      await service.stop()
      failures.push(await failureOf(notifier.send(messageOf([notice(3)]), progressFrom())))
      expect(failures.every(({ isPassing }) => isPassing)).toBe(true)
      expect(failures.map(({ message }) => message)).toEqual([
        'the connection was cut',
        'no answer within 1 s',
        expect.stringMatching(/^the connection was (?:refused|cut)$/),
      ])
    })

    test('own headers go along once, in place of ours, parts taken before do not', async () => {
      const headers = { 'X-Mine': 'yes', 'User-Agent': 'mine' }
      const { notifier, service } = await open(kind, { headers })
      await notifier.send(messageOf([notice(1, { streams: many })]), progressFrom(['1']))
      const rest = service.taken.length
      await notifier.send(messageOf([notice(1, { streams: many })]), progressFrom())
      expect(service.taken).toHaveLength(2 * rest + 1)
      const got = service.taken.map((one) => [one.headers['x-mine'], one.headers['user-agent']])
      expect(new Set(got.map(String))).toEqual(new Set(['yes,mine']))
    })

    test('the preview is what is sent', async () => {
      const { notifier, service } = await open(kind)
      const message = messageOf([notice(1, { streams: many }), notice(2)])
      await notifier.send(message, progressFrom())
      expect(notifier.preview(message).map(({ body }) => body)).toEqual(
        service.taken.map(({ body }) => body),
      )
    })

    test('the closing line says when more comes', async () => {
      const { notifier, service } = await open(kind)
      const until = Date.parse('2026-11-20T19:31:00Z')
      await notifier.send(messageOf([], { id: 'c', kind: 'closing', until }), progressFrom())
      expect(service.taken.map(shownOf).join()).toContain('from 20 Nov 2026, 19:31 on')
    })
  })
}

describe('what only one service has', () => {
  test('Discord, Telegram and others say how long to wait in their own fields', async () => {
    const discord = await open('discord')
    discord.service.next({ status: 429, body: { message: 'rate limited', retry_after: 1.5 } })
    const telegram = await open('telegram')
    const parameters = { retry_after: 30 }
    const description = 'Too Many Requests: retry after 30'
    telegram.service.next({ status: 429, body: { ok: false, description, parameters } })
    const waits = []
    for (const { notifier } of [discord, telegram])
      waits.push(await failureOf(notifier.send(messageOf([notice(1)]), progressFrom())))
    expect(waits.map(({ retryAfterMs }) => retryAfterMs)).toEqual([1500, 30_000])
    expect(waits[1]?.message).toBe(`Telegram answered 429: ${description}`)
  })

  test('Retry-After may be a date', async () => {
    const { notifier, service } = await open('webhook')
    const date = new Date(Date.now() + 90_000).toUTCString()
    service.next({ status: 503, headers: { 'retry-after': date } })
    const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(error.retryAfterMs).toBeGreaterThan(80_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(90_000)
  })

  test('a success that is not the service’s own is none', async () => {
    for (const kind of ['discord', 'ntfy', 'telegram', 'gotify']) {
      const { notifier, service } = await open(kind)
      service.next({ status: 200, body: '<html>Welcome to nginx!</html>' })
      const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
      expect(error).toMatchObject({ isPassing: false, status: 200 })
      expect(error.message).toContain('is the address right?')
    }
  })

  test('a webhook that answers a long page has taken the message', async () => {
    const { notifier, service } = await open('webhook', {
      headers: { 'CONTENT-TYPE': 'text/json' },
    })
    service.next(
      { status: 200, body: 'x'.repeat(300_000) },
      { status: 500, body: 'y'.repeat(300_000) },
    )
    await notifier.send(messageOf([notice(1)]), progressFrom())
    expect(service.taken[0]?.headers['content-type']).toBe('text/json')
    const error = await failureOf(notifier.send(messageOf([notice(2)]), progressFrom()))
    expect(error).toMatchObject({ isPassing: true, status: 500 })
  })

  test('Discord mentions nobody', async () => {
    const { notifier, service } = await open('discord')
    await notifier.send(messageOf([notice(1, { accountName: '@everyone' })]), progressFrom())
    expect(service.taken[0]?.json['allowed_mentions']).toEqual({ parse: [] })
  })

  test('a webhook is signed over timestamp.body, and a message sent again has its id', async () => {
    const { notifier, service } = await open('webhook')
    const message = messageOf([notice(1, { streams: [stream(1)] })])
    await notifier.send(message, progressFrom())
    await notifier.send(message, progressFrom())
    const ids = service.taken.map(({ headers }) => headers['x-gatehouse-id'])
    expect(new Set(ids)).toEqual(new Set([message.id]))
    for (const { headers, body } of service.taken) {
      const timestamp = headers['x-gatehouse-timestamp']
      const signature = createHmac('sha256', 'key').update(`${timestamp}.${body}`).digest('hex')
      expect(headers['x-gatehouse-signature']).toBe(signature)
      expect(Math.abs(Number(timestamp) * 1000 - Date.now())).toBeLessThan(10_000)
    }
    expect(signatureOf('key', 1, '{}')).toMatch(/^[0-9a-f]{64}$/)
    const notices = service.taken[0]?.json['notices'] as Record<string, unknown>[] | undefined
    expect(notices?.[0]).toMatchObject({
      event: 'finding.simultaneous_places',
      account: 'own:viewer-1',
      streams: [{ who: 'Viewer 1', address: '203.0.113.1', state: 'playing', ended_at: null }],
    })
  })

  test('a webhook without a secret has no signature', async () => {
    const service = await startHook()
    onCleanup(() => service.stop())
    const destination = { ...plainDestination('ops', 'webhook'), url: service.url }
    const notifier = createNotifier(destination, { log })
    onCleanup(() => notifier.close())
    await notifier.send(messageOf([notice(1)]), progressFrom())
    expect(service.taken[0]?.headers).not.toHaveProperty('x-gatehouse-signature')
  })

  test('a template of one’s own that spans parts never breaks Telegram’s HTML', async () => {
    const template = { title: 'A {{subject}}', text: '<b>{{#streams}}\n{{line}}\n{{/streams}}</b>' }
    const { notifier, service } = await open('telegram', { template })
    await notifier.send(messageOf([notice(1, { streams: many })]), progressFrom())
    expect(service.taken.length).toBeGreaterThan(1)
    expect(shownOf(service.taken[0] as never)).toContain('A own:viewer-1')
  })
})
