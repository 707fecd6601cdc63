import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
import { tempDir, useCleanup } from '../../../support/cleanup.ts'
import { type SmtpOptions, startSmtp } from '../../../support/notify/smtp.ts'
import { makeCa, type TestCa } from '../../../support/programs/certificates.ts'
import { simpleParser } from './parse-mail.ts'

const log = { info: () => null, warn: () => null }
const LOGIN = { user: 'gatehouse', pass: 'pass word' }
const JANE = 'Doe, Jane <jane@example.net>'
const onCleanup = useCleanup()

let folder: Awaited<ReturnType<typeof tempDir>>
let ca: TestCa
let certificate: { certificate: string; key: string }
beforeAll(async () => {
  folder = await tempDir()
  ca = await makeCa(folder.path)
  certificate = await ca.issue('mail')
})
afterAll(() => folder.remove())

const destinationOf = (port: number, changes: Partial<Destination> = {}): Destination => ({
  ...plainDestination('post', 'email'),
  host: '127.0.0.1',
  port,
  from: 'Gatehouse <alerts@example.net>',
  to: [JANE, 'ops@example.net'],
  username: LOGIN.user,
  password: LOGIN.pass,
  ca: readFileSync(ca.file, 'utf8'),
  // A hundred handshakes at once take long on a busy machine.
  timeout_sec: 120,
  ...changes,
})

const open = async (changes: Partial<Destination> = {}, options: Partial<SmtpOptions> = {}) => {
  const sink = await startSmtp({ tls: 'starttls', certificate, login: LOGIN, ...options })
  const notifier = createNotifier(destinationOf(sink.port, changes), { log })
  onCleanup(async () => {
    await notifier.close()
    await sink.stop()
  })
  return { sink, notifier }
}

const failureOf = async (sending: Promise<void>): Promise<DeliveryError> =>
  await sending.then(
    () => {
      throw new Error('it was taken')
    },
    (error: DeliveryError) => error,
  )

describeNotifier('email', async () => {
  const sink = await startSmtp({ tls: 'starttls', certificate, login: LOGIN })
  const notifier = createNotifier(destinationOf(sink.port), { log })
  return {
    notifier,
    messages: () =>
      Promise.resolve(
        sink.mails.map(({ raw }) => {
          const { subject, text } = simpleParser(raw)
          return `${subject}\n${text}`
        }),
      ),
    remove: async () => {
      await notifier.close()
      await sink.stop()
    },
  }
})

describe('how the server is spoken to', () => {
  test('STARTTLS with a login, the certificate checked against the CA', async () => {
    const { sink, notifier } = await open()
    await notifier.send(messageOf([notice(1)]), progressFrom())
    expect(sink.mails).toMatchObject([
      {
        isEncrypted: true,
        user: LOGIN.user,
        from: 'alerts@example.net',
        to: ['jane@example.net', 'ops@example.net'],
      },
    ])
  })

  test('TLS from the first byte', async () => {
    const { sink, notifier } = await open({ tls: 'tls' }, { tls: 'tls' })
    await notifier.send(messageOf([notice(1)]), progressFrom())
    expect(sink.mails).toMatchObject([{ isEncrypted: true, user: LOGIN.user }])
  })

  test('without TLS only where that is asked for', async () => {
    const { sink, notifier } = await open({ tls: 'none' }, { tls: 'none' })
    await notifier.send(messageOf([notice(1)]), progressFrom())
    expect(sink.mails).toMatchObject([{ isEncrypted: false }])
    const strict = await open({}, { tls: 'none' })
    const error = await failureOf(strict.notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(error.message).toMatch(/STARTTLS/)
    expect(strict.sink.mails).toEqual([])
  })

  test('a certificate of nobody known is refused', async () => {
    const { ca: _ca, ...rest } = destinationOf(1)
    const sink = await startSmtp({ tls: 'starttls', certificate, login: LOGIN })
    const notifier = createNotifier({ ...rest, port: sink.port }, { log })
    onCleanup(() => sink.stop())
    const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(error.message).toMatch(/certificate/)
    expect(error.isPassing).toBe(true)
    expect(sink.mails).toEqual([])
  })

  test('a wrong password is refused in the server’s words, for good', async () => {
    const { notifier } = await open({ password: 'wrong' })
    const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(error).toMatchObject({ isPassing: false, status: 535 })
    expect(error.message).toContain('5.7.8 Authentication credentials invalid')
    expect(error.message).not.toContain('wrong')
  })

  test('nobody at the port passes', async () => {
    const { notifier, sink } = await open()
    await sink.stop()
    const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(error).toMatchObject({ isPassing: true, status: null })
  })
})

describe('who gets it', () => {
  test('`Doe, Jane <x>` is one recipient', async () => {
    const { sink, notifier } = await open({ to: [JANE] })
    await notifier.send(messageOf([notice(1)]), progressFrom())
    expect(sink.mails[0]?.to).toEqual(['jane@example.net'])
    expect(simpleParser(sink.mails[0]?.raw ?? '').headers['to']).toBe(
      '"Doe, Jane" <jane@example.net>',
    )
  })

  test('one refused for a time has it later, the other one only once', async () => {
    const { sink, notifier } = await open()
    sink.refuse('ops@example.net', { code: 451, text: '4.7.1 Greylisted, try again later' })
    const progress = progressFrom()
    const message = messageOf([notice(1)])
    const error = await failureOf(notifier.send(message, progress))
    expect(error).toMatchObject({ isPassing: true, status: 451 })
    expect(error.message).toContain('4.7.1 Greylisted')
    expect([...progress.parts]).toEqual(['jane@example.net'])
    sink.refuse('ops@example.net', null)
    await notifier.send(message, progress)
    expect(sink.mails.map(({ to }) => to)).toEqual([['jane@example.net'], ['ops@example.net']])
    const ids = sink.mails.map(({ raw }) => simpleParser(raw).headers['message-id'])
    expect(new Set(ids)).toEqual(new Set(['<finding-1@gatehouse>']))
  })

  test('one refused for good is named, with who has it', async () => {
    const { sink, notifier } = await open()
    sink.refuse('ops@example.net', { code: 550, text: '5.1.1 No such user' })
    const error = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(error).toMatchObject({ isPassing: false, status: 550 })
    expect(error.message).toContain('5.1.1 No such user')
    expect(error.message).toContain('taken for jane@example.net')
  })

  test('all refused: for good where one answer is final for each, for a time otherwise', async () => {
    const { sink, notifier } = await open()
    sink.refuse('ops@example.net', { code: 550, text: 'No such user' })
    sink.refuse('jane@example.net', { code: 550, text: 'No such user' })
    const final = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(final).toMatchObject({ isPassing: false, status: 550 })
    expect(final.message).toContain('nobody took it')
    sink.refuse('jane@example.net', { code: 450, text: 'Mailbox busy' })
    const passing = await failureOf(notifier.send(messageOf([notice(1)]), progressFrom()))
    expect(passing.isPassing).toBe(true)
    expect(sink.mails).toEqual([])
  })
})

test('an e-mail names every stream, in plain text and HTML, and is marked as automatic', async () => {
  const { sink, notifier } = await open()
  const streams = Array.from({ length: 60 }, (_, n) => stream(n, { what: `<Film> & ${n}` }))
  const found = notice(1, { streams, accountName: 'Ann\r\nBcc: x@example.net' })
  await notifier.send(messageOf([found]), progressFrom())
  const { headers, text, html, subject } = simpleParser(sink.mails[0]?.raw ?? '')
  expect(headers).toMatchObject({
    'auto-submitted': 'auto-generated',
    importance: 'high',
    'message-id': '<finding-1@gatehouse>',
  })
  expect(headers['bcc']).toBeUndefined()
  expect(subject).toBe('Two places at once: Ann Bcc: x@example.net')
  for (const [n, { address }] of streams.entries()) {
    expect(text).toContain(`<Film> & ${n} · `)
    expect(html).toContain(`&lt;Film&gt; &amp; ${n} · `)
    expect(text).toContain(String(address))
  }
})
