import { Readable } from 'node:stream'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { PlayRecord } from '#domain/types'
import { backtestHistory } from '../../../detect/judge/backtest-run.ts'
import { isCountable } from '../../../detect/live/countable.ts'
import { readFeedback } from '../../../detect/live/feedback-cache.ts'
import { RULE_SCHEMA } from '../../../detect/rules/rule-schema.ts'
import type { DetectionRule } from '../../../detect/rules/rule-types.ts'
import type { PeopleView } from '../../../people/people.ts'
import { playsByPerson } from '../../../people/people-reader.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { backtestOut } from '../../../schemas/answers/backtest.ts'
import { textAnswer } from '../../../schemas/answers/text-answer.ts'
import { timeIn } from '../../../schemas/common.ts'
import type { History } from '../../../store/history/history.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import { anyRecord } from '../common/any-record.ts'
import { plainJson } from '../common/plain-json.ts'
import { checkedRules } from './rules.ts'

export interface BacktestRoutesOptions {
  readonly history: Pick<History, 'playsByAccount' | 'dashboard'>
  readonly people: PeopleView
  readonly store: Pick<Tables, 'feedback'>
  /** The rules in force. */
  readonly rules: () => readonly DetectionRule[]
  readonly clock: () => number
}

const DAYS_AT_MOST = 3650
const BREATH_MS = 15
const NDJSON = 'application/x-ndjson'

/** Plays account by account, letting viewers' requests through in between. */
async function* unhurried(
  accounts: AsyncIterable<readonly PlayRecord[]>,
): AsyncGenerator<readonly PlayRecord[]> {
  let last = performance.now()
  for await (const plays of accounts) {
    if (performance.now() - last > BREATH_MS) {
      await yieldToEventLoop()
      last = performance.now()
    }
    yield plays
  }
}

async function* countable(
  accounts: AsyncIterable<readonly PlayRecord[]>,
): AsyncGenerator<readonly PlayRecord[]> {
  for await (const plays of accounts) yield plays.filter(isCountable)
}

/**
 * One account's plays a line; the last line holds their count, so that a truncated answer is
 * noticed.
 */
async function* lines(accounts: AsyncIterable<readonly PlayRecord[]>): AsyncGenerator<string> {
  let count = 0
  for await (const plays of accounts) {
    count += 1
    yield `${JSON.stringify(plays)}\n`
  }
  yield `${JSON.stringify({ accounts: count })}\n`
}

const daysOf = (days: unknown): number => {
  const isGood =
    typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= DAYS_AT_MOST
  if (isGood) return days
  throw new ProblemError('request.invalid', detail('backtest.days', { most: DAYS_AT_MOST }))
}

const ruleList = Type.Array(Type.Unsafe<DetectionRule>(RULE_SCHEMA))

const textRoute = (plain: FastifyInstance, { history }: BacktestRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/history/plays.ndjson',
    {
      schema: {
        description:
          'Plays of a span: an array of one account a line, and at the end how many accounts there were.',
        querystring: Type.Object({
          from: timeIn('Unix milliseconds.'),
          to: timeIn('Unix milliseconds.'),
        }),
        response: { 200: textAnswer(NDJSON, 'The plays, one account a line.') },
      },
      config: { permission: 'history:read' },
    },
    async (request, reply) => {
      const { from, to } = request.query
      const text = lines(unhurried(history.playsByAccount(from, to)))
      return await reply.type(NDJSON).send(Readable.from(text))
    },
  )
}

/** `/backtest` and `/history/plays.ndjson`. */
export const backtestRoutes = (plain: FastifyInstance, options: BacktestRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { history, people, store, rules, clock } = options
  let isBusy = false
  app.post(
    '/backtest',
    {
      schema: {
        description: 'What a draft of rules would have found, beside what the present ones found.',
        body: Type.Object({
          rules: ruleList,
          present: Type.Optional(ruleList),
          days: Type.Integer({ minimum: 1, maximum: DAYS_AT_MOST }),
        }),
        response: { 200: backtestOut },
      },
      // `parseRules` checks bodies, since its messages are more precise than a schema's.
      validatorCompiler: anyRecord,
      serializerCompiler: plainJson,
      config: { permission: 'rules:read' },
    },
    async (request) => {
      const { rules: draft, present, days } = request.body
      const asked = {
        rules: checkedRules({ rules: draft }),
        present: present === undefined ? rules() : checkedRules({ rules: present }),
        days: daysOf(days),
        now: clock(),
      }
      if (isBusy) throw new ProblemError('state.wrong', detail('backtest.busy'))
      isBusy = true
      try {
        const playsByAccount = (from: number, to: number) =>
          unhurried(countable(playsByPerson(history.playsByAccount(from, to), people)))
        const { dashboard: totals } = history
        const feedback = async () => await readFeedback(store.feedback)
        return await backtestHistory({ playsByAccount, feedback, totals }, asked)
      } finally {
        isBusy = false
      }
    },
  )
  textRoute(plain, options)
}
