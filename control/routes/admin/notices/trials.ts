import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Destinations } from '../../../notify/destinations/book.ts'
import { restored, withFiles } from '../../../notify/destinations/secrets.ts'
import { DeliveryError } from '../../../notify/model/delivery-error.ts'
import type { NoticeLog, Notifier } from '../../../notify/model/notifier.ts'
import { createNotifier } from '../../../notify/registry.ts'
import { exampleMessage } from '../../../notify/text/example.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { destinationIn, previewAnswer, previewQuery, testAnswer } from '../../../schemas/notices.ts'
import { anyRecord } from '../common/any-record.ts'
import { checkedDestination } from './destination-checks.ts'
import { destinationOr404, nameParams } from './destinations.ts'

/** What tests and previews work with. */
export interface TrialRoutesOptions {
  readonly destinations: Destinations
  readonly log: NoticeLog
  readonly clock: () => number
}

const write = { permission: 'destinations:write' }
const EXAMPLE = 'finding.simultaneous_places'
const unchecked = () => () => true

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Sends a test at once, regardless of the destination's limit per hour. */
const tryIt = async (
  notifier: Notifier,
  name: string,
  at: number,
): Promise<Static<typeof testAnswer>> => {
  try {
    const done = new Set<string>()
    await notifier.send(exampleMessage('test', name, at), {
      isDone: (part) => done.has(part),
      done: (part) => Promise.resolve(void done.add(part)),
    })
    return { ok: true, error: null, status: null }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    return { ok: false, error: error.message, status: error.status }
  }
}

/** Works with a destination that is given in the body and not kept. */
const withDraft = async <T>(
  { destinations, log }: TrialRoutesOptions,
  body: unknown,
  work: (notifier: Notifier, name: string) => Promise<T>,
): Promise<T> => {
  const known = isRecord(body) ? destinations.configured(String(body['name'])) : undefined
  const whole = isRecord(body) && known !== undefined ? restored(body, known) : body
  const destination = checkedDestination(whole)
  const notifier = createNotifier(withFiles(destination), { log })
  try {
    return await work(notifier, destination.name)
  } finally {
    await notifier.close()
  }
}

const workingOr409 = (destinations: Destinations, name: string): Notifier => {
  const { notifier, problem } = destinationOr404(destinations, name)
  if (notifier === null)
    throw new ProblemError(
      'state.wrong',
      detail('destination.unreadable', { name, why: problem ?? '' }),
    )
  return notifier
}

/** `/destinations/test`, `/destinations/preview` and the same for each destination that is kept. */
export const trialRoutes = (plain: FastifyInstance, options: TrialRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { destinations, clock } = options
  app.post(
    '/destinations/test',
    {
      schema: { body: destinationIn, response: { 200: testAnswer } },
      validatorCompiler: unchecked,
      config: write,
    },
    async (request) =>
      await withDraft(
        options,
        request.body,
        async (notifier, name) => await tryIt(notifier, name, clock()),
      ),
  )
  app.post(
    '/destinations/:name/test',
    { schema: { params: nameParams, response: { 200: testAnswer } }, config: write },
    async (request) => {
      const { name } = request.params
      return await tryIt(workingOr409(destinations, name), name, clock())
    },
  )
  const draft = Type.Object({ destination: destinationIn, ...previewQuery.properties })
  app.post(
    '/destinations/preview',
    {
      schema: { body: draft, response: { 200: previewAnswer } },
      validatorCompiler: anyRecord,
      config: write,
    },
    async ({ body }) =>
      await withDraft(options, body.destination, async (notifier, name) => {
        const message = exampleMessage(body.event ?? EXAMPLE, name, clock())
        return await Promise.resolve({ parts: [...notifier.preview(message)] })
      }),
  )
  app.get(
    '/destinations/:name/preview',
    {
      schema: { params: nameParams, querystring: previewQuery, response: { 200: previewAnswer } },
      config: { permission: 'destinations:read' },
    },
    (request) => {
      const { name } = request.params
      const message = exampleMessage(request.query.event ?? EXAMPLE, name, clock())
      return { parts: [...workingOr409(destinations, name).preview(message)] }
    },
  )
}
