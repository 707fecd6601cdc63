import { createTransport } from 'nodemailer'
import { readMailbox } from '../../config/checks/destination-checks.ts'
import { say } from '../../sentences/sentences.ts'
import { DeliveryError } from '../model/delivery-error.ts'
import { highestOf } from '../model/notice.ts'
import type { Destination, Message, NotifierKind, Progress } from '../model/notifier.ts'
import { wordsOf } from '../text/render.ts'
import { required } from './http-notifier.ts'
import { connectionFailure } from './post.ts'

interface Mailbox {
  readonly name: string
  readonly address: string
}

const SUBMISSION = 587
const SUBMISSION_TLS = 465

/** Importance as RFC 2156 names it. */
const PRIORITIES = { low: 'low', warning: 'normal', high: 'high' } as const

const mailboxOf = (text: string, destination: Destination): Mailbox => {
  const mailbox = readMailbox(text)
  if (mailbox === null)
    throw new Error(`destination '${destination.name}': '${text}' is no address`)
  return mailbox
}

const numberIn = (error: unknown, name: string): number | null => {
  if (typeof error !== 'object' || error === null) return null
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'number' ? value : null
}

const textIn = (error: unknown, name: string): string => {
  if (typeof error !== 'object' || error === null) return ''
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : ''
}

/** The server's reply; where there is none, the reason why. */
const wordsFor = (error: unknown, timeoutSec: number): string => {
  const reply = textIn(error, 'response')
  const message = textIn(error, 'message')
  if (reply !== '') return message.includes(reply) ? message : reply
  return textIn(error, 'code') === 'ETIMEDOUT'
    ? say('connection.no_answer', { seconds: timeoutSec })
    : message || connectionFailure(error, timeoutSec)
}

/** The error of a failed delivery: temporary for replies 400 to 499 (RFC 5321, 4.2.1) and without a reply. */
const failureOf = (error: unknown, timeoutSec: number): DeliveryError => {
  const status = numberIn(error, 'responseCode')
  const isPassing = status === null ? textIn(error, 'code') !== 'EAUTH' : status < 500
  const words = wordsFor(error, timeoutSec).replace(/\s+/g, ' ').slice(0, 300)
  return new DeliveryError(say('delivery.mail', { what: words }), { isPassing, status })
}

const createMailer = (destination: Destination) => {
  const { port, tls = 'starttls', username, password, ca, timeout_sec: timeoutSec } = destination
  const timeoutMs = timeoutSec * 1000
  return createTransport({
    host: required(destination.host, destination, 'host'),
    port: port ?? (tls === 'tls' ? SUBMISSION_TLS : SUBMISSION),
    secure: tls === 'tls',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    tls: ca === undefined ? {} : { ca },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

const page = (html: string): string =>
  `<!doctype html><meta charset="utf-8"><div>${html.replaceAll('\n', '<br>\n')}</div>`

const mailOf = (message: Message, destination: Destination) => {
  const [plain] = wordsOf(message, destination, { markup: 'plain' })
  const [html] = wordsOf(message, destination, { markup: 'html' })
  return {
    subject: plain?.title ?? '',
    text: plain?.text ?? '',
    html: page(html?.text ?? ''),
    date: new Date(message.at),
    messageId: `<${message.id}@gatehouse>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Gatehouse-Id': message.id,
      Importance: PRIORITIES[highestOf(message.notices)],
    },
  }
}

/** Records the recipients that were accepted; throws where one was refused. */
const settle = async (
  taken: readonly string[],
  refused: readonly unknown[],
  progress: Progress,
): Promise<void> => {
  for (const address of taken) await progress.done(address)
  if (refused.length === 0) return
  const failures = refused.map((error) => failureOf(error, 0))
  const message = failures.map((failure) => failure.message).join('; ')
  const said =
    taken.length === 0
      ? say('delivery.nobody', { what: message })
      : say('delivery.some', { what: message, who: taken.join(', ') })
  throw new DeliveryError(said, {
    isPassing: failures.some((failure) => failure.isPassing),
    status: failures[0]?.status ?? null,
  })
}

/**
 * E-mail over SMTP (RFC 5321, 3207, 8314): one message to all recipients, tried again for those that were refused
 * for a time. A message sent again has the same Message-ID.
 */
export const EMAIL: NotifierKind = {
  create: (destination) => {
    const mailer = createMailer(destination)
    const from = mailboxOf(required(destination.from, destination, 'from'), destination)
    const to = (destination.to ?? []).map((text) => mailboxOf(text, destination))
    const { timeout_sec: timeoutSec } = destination
    return {
      send: async (message, progress) => {
        const missing = to.map(({ address }) => address).filter((one) => !progress.isDone(one))
        if (missing.length === 0) return
        const envelope = { from: from.address, to: missing }
        const mail = { ...mailOf(message, destination), from, to, envelope }
        const sent = await mailer.sendMail(mail).catch(async (error: unknown) => {
          const each: unknown = Reflect.get(Object(error), 'rejectedErrors')
          if (Array.isArray(each) && each.length > 0) return await settle([], each, progress)
          throw failureOf(error, timeoutSec)
        })
        if (sent === undefined) return
        const refused = new Set(sent.rejected.map(String))
        const taken = missing.filter((address) => !refused.has(address))
        await settle(taken, sent.rejectedErrors ?? [], progress)
      },
      preview: (message) => {
        const { subject, text, html } = mailOf(message, destination)
        return [
          { title: subject, contentType: 'text/plain', body: text },
          { title: subject, contentType: 'text/html', body: html },
        ]
      },
      close: () => {
        mailer.close()
        return Promise.resolve()
      },
    }
  },
}
