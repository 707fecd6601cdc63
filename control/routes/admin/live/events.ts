import type { ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { EVENT_NAMES, type FeedEntry, type LiveFeed } from '../../../events/feed/live-feed.ts'
import { masked } from '../../../operators/mask.ts'
import { bearerOf, COOKIE } from '../../../plugins/admin-auth.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { textAnswer } from '../../../schemas/answers/text-answer.ts'
import { accountRef } from '../common/account-ref.ts'

/** By what a stream was opened. */
export interface Opener {
  readonly cookie: string | undefined
  /** The bearer token. */
  readonly token: string | undefined
  readonly isMasked: boolean
}

/** What the stream of events works with. */
export interface EventRoutesOptions {
  readonly feed: LiveFeed
  /** A mark for an id, where names are masked. */
  readonly markOf: (id: string) => string
  /** Whether what opened the stream still holds, and shows as much. */
  readonly isStillIn: (by: Opener) => Promise<boolean>
}

const HEARTBEAT_MS = 15_000
const MOST_STREAMS = 200
/** Bytes a slow reader may be behind before it is let go. */
const MOST_BEHIND = 1_000_000

const EXAMPLE =
  'id: 1767225600000-7\nevent: session.ended\ndata: {"id":"a1b2c3","account":"own:0b8e7c1e"}\n\n'

const KINDS: ReadonlySet<string> = new Set(EVENT_NAMES)

/** The kinds a query names; `null` for all. Throws `request.invalid` for one there is not. */
const kindsOf = (text: string | undefined): ReadonlySet<string> | null => {
  if (text === undefined) return null
  const kinds = text.split(',').map((kind) => kind.trim())
  const unknown = kinds.find((kind) => !KINDS.has(kind))
  if (unknown === undefined) return new Set(kinds)
  const known = [...KINDS].join(', ')
  throw new ProblemError('request.invalid', detail('events.unknown', { unknown, known }))
}

const query = Type.Object({
  kinds: Type.Optional(
    Type.String({ maxLength: 200, description: 'Only these, with commas between them.' }),
  ),
  account: Type.Optional(Type.String({ maxLength: 300, description: 'Only of this account.' })),
})

interface Watching {
  readonly lastId: string | null
  readonly shown: (data: FeedEntry['data']) => unknown
  readonly isWanted: (entry: FeedEntry) => boolean
  readonly opener: Opener
}

/** Writes entries to a connection until it closes; returns how to end it. */
const streamTo = (
  raw: ServerResponse,
  { feed, isStillIn }: EventRoutesOptions,
  { lastId, shown, isWanted, opener }: Watching,
): (() => void) => {
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (text: string) => {
    if (raw.writableLength > MOST_BEHIND) raw.destroy()
    else raw.write(text)
  }
  const following = feed.follow(lastId, (entry) => {
    if (!isWanted(entry)) return
    write(`id: ${entry.id}\nevent: ${entry.event}\ndata: ${JSON.stringify(shown(entry.data))}\n\n`)
  })
  if (!following.isWhole) write(`id: ${following.lastId}\nevent: reset\ndata: {}\n\n`)
  const end = () => void raw.end()
  // Who has the beginning of the answer misses nothing from then on.
  void following.begun.then(() => {
    if (!raw.writableEnded && !raw.destroyed) write('retry: 2000\n\n')
  })
  const heartbeat = setInterval(() => {
    write(': still here\n\n')
    void isStillIn(opener).then((isIn) => (isIn ? undefined : end()), end)
  }, HEARTBEAT_MS)
  raw.once('close', () => {
    clearInterval(heartbeat)
    following.stop()
  })
  return end
}

/** `GET /events`: what happens, as server-sent events (WHATWG HTML, section 9.2), resumed by `Last-Event-ID`. */
export const eventRoutes = (plain: FastifyInstance, options: EventRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  let open = 0
  const streams = new Set<() => void>()
  app.addHook('preClose', (done) => {
    for (const end of streams) end()
    done()
  })
  app.get(
    '/events',
    {
      schema: {
        querystring: query,
        response: { 200: textAnswer('text/event-stream', 'Events without end.', EXAMPLE) },
        description:
          'Server-sent events `session.opened`, `session.updated`, `session.ended`, `session.refused`, `ban.set`, `download`, each with the play as JSON; `history.written` once plays have been written to history; `import.progress` with the id of an import; `changed` with the kind of what somebody or a rule changed (`account`, `rule`, `user`, …), not for who sees names masked. `reset` = events were missed: read the lists anew.',
      },
      config: { permission: 'events:read' },
    },
    async (request, reply) => {
      if (open >= MOST_STREAMS) throw new ProblemError('rate.limited', detail('events.many'))
      const { actor, headers } = request
      const kinds = kindsOf(request.query.kinds)
      const account = request.query.account === undefined ? null : accountRef(request.query.account)
      const lastId = headers['last-event-id']
      // What has no body has no end to wait for.
      if (request.method === 'HEAD')
        return reply.type('text/event-stream').header('cache-control', 'no-store').send('')
      reply.hijack()
      open += 1
      const isMasked = actor.isMasked === true
      const isWanted = ({ event, data }: FeedEntry) =>
        !(isMasked && event === 'changed') &&
        (kinds === null || kinds.has(event)) &&
        (account === null || data.account === account)
      const end = streamTo(reply.raw, options, {
        lastId: typeof lastId === 'string' ? lastId : null,
        shown: (data) => (isMasked ? masked(data, options.markOf) : data),
        isWanted,
        opener: {
          cookie: request.cookies[COOKIE],
          token: bearerOf(request) ?? undefined,
          isMasked,
        },
      })
      streams.add(end)
      reply.raw.once('close', () => {
        open -= 1
        streams.delete(end)
      })
      return reply
    },
  )
}
