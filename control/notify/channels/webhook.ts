import { createHmac } from 'node:crypto'
import { eventOf, highestOf, type Notice, severityOf, subjectOf, timeOf } from '../model/notice.ts'
import type { NotifierKind } from '../model/notifier.ts'
import { wordsOf } from '../text/render.ts'
import { createHttpNotifier, required } from './http-notifier.ts'

const noticeBody = (notice: Notice) => {
  const common = {
    id: notice.id,
    event: eventOf(notice),
    severity: severityOf(notice),
    at: timeOf(notice),
    subject: subjectOf(notice),
  }
  if (notice.about === 'alarm') return { ...common, detail: notice.detail }
  const { finding, rule, step, outcome, accountName, streams } = notice
  const { kind, account, confidence, summary, evidence } = finding
  return {
    ...common,
    account,
    account_name: accountName,
    kind,
    rule,
    confidence,
    summary,
    action: step.do,
    outcome,
    streams: streams.map(({ startedAt, endedAt, ...stream }) => ({
      ...stream,
      started_at: startedAt,
      ended_at: endedAt,
    })),
    evidence,
  }
}

/** The signature of a webhook: HMAC-SHA256 over `timestamp.body`, in hex. `timestamp` is Unix seconds. */
export const signatureOf = (secret: string, timestamp: number, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')

/**
 * A POST of JSON to an address of the operator's; docs/notifications.md has the fields. The header `X-Gatehouse-Id` has
 * the message's id, by which the receiver recognises repeated ones.
 */
export const WEBHOOK: NotifierKind = {
  create: (destination) => {
    const url = required(destination.url, destination, 'url')
    const { secret } = destination
    return createHttpNotifier(destination, {
      name: 'the webhook',
      parts: (message) =>
        wordsOf(message, destination, { markup: 'plain' }).map(({ title, text }) => {
          const { id, kind, at, until, notices } = message
          const body = {
            id,
            kind,
            at,
            ...(until === null ? {} : { until }),
            severity: highestOf(notices),
            title,
            text,
            notices: notices.map(noticeBody),
          }
          const headers = { 'x-gatehouse-id': id }
          return { title, url, headers, body: JSON.stringify(body) }
        }),
      isOurs: () => true,
      sign: (body) => {
        const timestamp = Math.floor(Date.now() / 1000)
        const stamp = { 'x-gatehouse-timestamp': String(timestamp) }
        return secret === undefined
          ? stamp
          : { ...stamp, 'x-gatehouse-signature': signatureOf(secret, timestamp, body) }
      },
    })
  },
}
