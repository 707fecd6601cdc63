import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, pageQuery } from '../../../schemas/common.ts'
import {
  configChecked,
  configDiffOut,
  configOut,
  configPut,
  configText,
  configVersionOut,
  configVersionText,
  logLevelBody,
  logLevelOut,
} from '../../../schemas/configuration.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { etagOf, ifMatchHeader, requireMatch, withEtag } from '../common/etag.ts'
import type { ConfigEditor } from './config-editor.ts'

/** What the routes of the configuration work with. */
export interface ConfigurationOptions {
  readonly editor: ConfigEditor
  readonly audit: AuditTrail
  readonly logLevel: {
    readonly get: () => { readonly level: string; readonly configured: string }
    readonly set: (level: string) => void
  }
}

const read = { permission: 'config:read' }
const write = { permission: 'config:write' }
const { limit, after } = pageQuery

const readRoutes = (plain: FastifyInstance, { editor }: ConfigurationOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.get(
    '/config',
    { schema: { response: { 200: configOut } }, config: read },
    async (_, reply) => {
      void reply.header('etag', etagOf(editor.present()))
      return await editor.show()
    },
  )
  app.post(
    '/config/validate',
    { schema: { body: configText, response: { 200: configChecked } }, config: read },
    async ({ body }) => {
      const problems = await editor.problems(body.text)
      return { valid: problems.length === 0, problems: [...problems] }
    },
  )
  app.post(
    '/config/diff',
    { schema: { body: configText, response: { 200: configDiffOut } }, config: read },
    async ({ body }) => {
      const { problems, ...found } = await editor.diff(body.text)
      return { valid: problems.length === 0, problems: [...problems], ...found }
    },
  )
  app.get(
    '/config/versions',
    {
      schema: {
        querystring: Type.Object({ limit, after }),
        response: { 200: pageOf(configVersionOut) },
      },
      config: read,
    },
    async (request) => await editor.versions(request.query),
  )
  app.get(
    '/config/versions/:id',
    { schema: { params: idParams, response: { 200: configVersionText } }, config: read },
    async ({ params }) => {
      const found = await editor.version(params.id)
      if (found === null) throw new ProblemError('not.found', detail('version.missing'))
      return found
    },
  )
}

const logLevelRoutes = (
  plain: FastifyInstance,
  { logLevel, audit }: ConfigurationOptions,
): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const answer = { response: { 200: logLevelOut } }
  app.get(
    '/log-level',
    { schema: answer, config: { permission: 'operations:read' } },
    async (_, reply) => withEtag(reply, logLevel.get()),
  )
  app.put(
    '/log-level',
    {
      schema: { headers: ifMatchHeader, body: logLevelBody, ...answer },
      config: { permission: 'operations:write' },
    },
    async (request, reply) => {
      requireMatch(request, reply, logLevel.get())
      const before = logLevel.get().level
      logLevel.set(request.body.level)
      await audit(request, 'log.level', { subject: request.body.level, before: { level: before } })
      return withEtag(reply, logLevel.get())
    },
  )
}

/** `/config`: show, check, compare, apply, versions; `/log-level`. */
export const configurationRoutes = (
  plain: FastifyInstance,
  options: ConfigurationOptions,
): void => {
  readRoutes(plain, options)
  logLevelRoutes(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { editor, audit } = options
  const allow = (request: FastifyRequest, reply: FastifyReply) => (present: string) =>
    requireMatch(request, reply, present)
  const answer = { response: { 200: configOut } }
  app.put(
    '/config',
    { schema: { headers: ifMatchHeader, body: configPut, ...answer }, config: write },
    async (request, reply) => {
      const { text, note = null } = request.body
      const wish = { by: request.actor.name, note, allow: allow(request, reply) }
      const id = await editor.apply(text, wish)
      await audit(request, 'config.apply', { subject: id, after: { note } })
      void reply.header('etag', etagOf(editor.present()))
      return await editor.show()
    },
  )
  app.post(
    '/config/versions/:id/restore',
    { schema: { params: idParams, headers: ifMatchHeader, ...answer }, config: write },
    async (request, reply) => {
      const { id } = request.params
      const wish = { by: request.actor.name, allow: allow(request, reply) }
      const now = await editor.restore(id, wish)
      if (now === null) throw new ProblemError('not.found', detail('version.missing'))
      await audit(request, 'config.restore', { subject: now, before: { version: id } })
      void reply.header('etag', etagOf(editor.present()))
      return await editor.show()
    },
  )
}
