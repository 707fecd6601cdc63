import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BAN_REASONS, isReasonId, REASONS } from '#domain/reasons'
import { REFUSAL_STATUSES, statusFor } from '#domain/statuses'

const reasons = Object.keys(REASONS).filter(isReasonId)

test('bans, full accounts and what was never right are 403', () => {
  const never = [
    'token.unknown',
    'credentials.wrong',
    'ticket.signature',
    'pass.signature',
  ] as const
  const refused = [...Object.values(BAN_REASONS), 'cap.streams', 'cap.networks', ...never] as const
  expect(refused.map(statusFor)).toEqual(refused.map(() => 403))
})

test('what is over for whoever asks is 410, which stops players of the web', () => {
  const over = reasons.filter((reason) => statusFor(reason) === 410)
  expect(
    over.filter((reason) => /^(ban|cap|token|credentials|rule|backend)\./.test(reason)),
  ).toEqual([])
  expect(over).toEqual(
    expect.arrayContaining(['session.ended', 'pass.expired', 'ticket.expired', 'group.moved']),
  )
})

test('nginx has an answer for every status a refusal may have', () => {
  const conf = readFileSync(new URL('../../nginx/gatehouse-server.conf', import.meta.url), 'utf8')
  const answers = conf.slice(conf.indexOf('location = /_gatehouse/refuse {'))
  const block = answers.slice(0, answers.indexOf('\n}\n'))
  const told = [...block.matchAll(/return (\d+) "\$gh_reason/g)].map(([, code]) => Number(code))
  expect(told.toSorted((a, b) => a - b)).toEqual(REFUSAL_STATUSES)
})
