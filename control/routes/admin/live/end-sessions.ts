import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { idParams } from '../../../schemas/common.ts'
import { endedSchema, endQuery } from '../../../schemas/live-lists.ts'
import type { SessionStore } from '../../../sessions/model/session-store.ts'
import type { SessionQuery, SessionView } from '../../../sessions/model/session-view.ts'
import { accountRef } from '../common/account-ref.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { banSubject } from '../common/ban-subject.ts'
import { everySession } from './live-lists.ts'

export interface EndRoutesOptions {
  readonly sessions: Pick<SessionStore, 'end'>
  readonly view: Pick<SessionView, 'list'>
  readonly audit: AuditTrail
  readonly v6Prefix: () => number
  /** Pushes to the edges at once. */
  readonly kill: (keys: readonly string[]) => Promise<void>
}

interface Noun {
  readonly name: 'account' | 'device' | 'network' | 'download'
  readonly queryOf: (id: string, v6Prefix: number) => SessionQuery
}

const NOUNS: readonly Noun[] = [
  { name: 'account', queryOf: (id) => ({ account: accountRef(id) }) },
  { name: 'device', queryOf: (device) => ({ device }) },
  { name: 'download', queryOf: (download) => ({ download }) },
  { name: 'network', queryOf: (id, prefix) => ({ network: banSubject('network', id, prefix) }) },
]

/** `DELETE /accounts/:id/sessions` and the same of devices, networks and downloads: ends all that play. */
export const endRoutes = (plain: FastifyInstance, options: EndRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { sessions, view, audit, kill, v6Prefix } = options
  for (const { name, queryOf } of NOUNS) {
    app.delete(
      `/${name}s/:id/sessions`,
      {
        schema: { params: idParams, querystring: endQuery, response: { 200: endedSchema } },
        config: { permission: 'sessions:write' },
      },
      async (request) => {
        const { id } = request.params
        const { seconds = 60, note = null } = request.query
        const found = await everySession(view, queryOf(id, v6Prefix()))
        if (found.length === 0)
          throw new ProblemError('not.found', detail(`playing.none_${name}`, { id }))
        const end = (key: string) => sessions.end(key, 'session.ended', seconds * 1000)
        const ended = (await Promise.all(found.map((one) => end(one.id)))).filter(Boolean).length
        await kill(found.map((one) => one.id))
        await audit(request, `${name}.end`, { subject: id, after: { ended, seconds, note } })
        return { ended }
      },
    )
  }
}
