import { createReadStream, existsSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import multipart from '@fastify/multipart'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type ImportJobs, ImportStateError } from '../../../migrate/jobs/import-jobs.ts'
import {
  type Received,
  receiveUpload,
  UploadTooLarge,
} from '../../../migrate/jobs/receive-upload.ts'
import type { ImportCursors } from '../../../migrate/plays/import-cursors.ts'
import {
  IMPORT_STATE,
  type ImportAsked,
  type ImportState,
} from '../../../migrate/plays/import-state.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { textAnswer } from '../../../schemas/answers/text-answer.ts'
import { idParams } from '../../../schemas/common.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { ifMatchHeader, requireMatch } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'

/** An import as it is shown. */
export const IMPORT_VIEW = Type.Object({
  ...IMPORT_STATE.properties,
  canResume: Type.Boolean({ description: 'It broke off, and its file is kept here.' }),
  hasRejected: Type.Boolean({ description: 'Its bad rows are at `/imports/{id}/rejected`.' }),
})

export interface ImportUploadOptions {
  readonly jobs: ImportJobs
  readonly imports: ImportCursors
  readonly audit: AuditTrail
  /** Folder uploads are written to. */
  readonly folder: string
  /** Largest upload, in bytes. */
  readonly limit: number
}

/** An import as the API shows it: with what can be done about it. */
export const viewOf = (state: ImportState, jobs: ImportJobs) => ({
  ...state,
  canResume:
    (state.state === 'failed' || state.state === 'cancelled') &&
    existsSync(jobs.uploadOf(state.id)),
  hasRejected: existsSync(jobs.rejectedOf(state.id)),
})

const KINDS = ['history', 'tautulli', 'jellystat'] as const
const text = (description: string) => Type.Optional(Type.String({ maxLength: 128, description }))

const asked = Type.Object({
  kind: Type.Optional(
    Type.Enum([...KINDS], {
      description:
        "What the file is: a Tautulli's database, a backup of Jellystat, or an exported history (plays.ndjson).",
    }),
  ),
  server: text('The media server it watched: accounts are those of its live plays.'),
  owner: text("Tautulli's user id of the server's owner, who is user 1 at Plex."),
  name: Type.Optional(Type.String({ maxLength: 255, description: "The file's name." })),
})

type Fields = Readonly<Record<string, string | undefined>>

const askedOf = (fields: Fields): ImportAsked => {
  const kind = KINDS.find((known) => known === fields['kind'])
  if (kind === undefined)
    throw new ProblemError('request.invalid', detail('import.kind', { kinds: KINDS.join(', ') }))
  const name = (fields['name'] ?? '').split(/[\\/]/).at(-1) || kind
  const { server, owner } = fields
  return { kind, name: name.slice(0, 255), server: server || null, owner: owner || null }
}

// The reader of forms has no code for it.
const FORM_IS_CUT = /^(?:Part terminated early|Unexpected end of multipart data)/

const refused = (error: unknown): unknown => {
  if (error instanceof UploadTooLarge)
    return new ProblemError(
      'body.too_large',
      detail('upload.large', { limit: Math.floor(error.limit / 1e6) }),
    )
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC') return new ProblemError('body.too_large', detail('upload.no_room'))
  const isCut = error instanceof Error && FORM_IS_CUT.test(error.message)
  if (isCut || /^(ECONNRESET|ERR_STREAM_PREMATURE_CLOSE)$/.test(code))
    return new ProblemError('request.invalid', detail('upload.broken'))
  return error
}

const receive = async (
  body: Readable,
  { folder, limit }: ImportUploadOptions,
): Promise<Received> => {
  try {
    return await receiveUpload(body, folder, limit)
  } catch (error) {
    throw refused(error)
  }
}

/** The parts of a form; what the reader says of one that it cannot read is the sender's fault. */
async function* partsOf(request: FastifyRequest) {
  try {
    yield* request.parts()
  } catch (error) {
    const isAnswer = error instanceof Error && 'statusCode' in error
    throw isAnswer ? error : new ProblemError('request.invalid', detail('upload.unreadable'))
  }
}

/** The file of a multipart body, and its fields beside those of the address. */
const receiveParts = async (request: FastifyRequest, options: ImportUploadOptions) => {
  let [upload, fields]: [Received | null, Fields] = [null, {}]
  try {
    for await (const part of partsOf(request)) {
      if (part.type === 'field') fields = { ...fields, [part.fieldname]: String(part.value) }
      else if (upload === null) {
        upload = await receive(part.file, options)
        fields = { name: part.filename, ...fields }
      } else part.file.resume()
    }
  } catch (error) {
    if (upload !== null) rmSync(upload.path, { force: true })
    throw error
  }
  if (upload === null) throw new ProblemError('request.invalid', detail('import.no_file'))
  return { upload, fields }
}

const receiveBody = async (request: FastifyRequest, options: ImportUploadOptions) => {
  if (request.isMultipart()) return await receiveParts(request, options)
  if (!(request.body instanceof Readable))
    throw new ProblemError('request.invalid', detail('upload.none'))
  return { upload: await receive(request.body, options), fields: {} }
}

/** Starts the import of an upload; where it cannot be, its file goes. */
const begin = async (jobs: ImportJobs, upload: Received, fields: Fields): Promise<ImportState> => {
  try {
    return await jobs.start(upload, askedOf(fields))
  } catch (error) {
    rmSync(upload.path, { force: true })
    throw error
  }
}

/** What a job refuses, as an answer. */
const stateWrong = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof ImportStateError)
      throw new ProblemError('state.wrong', detail(`import.${error.why}`))
    throw error
  }
}

/** `POST /imports`: takes a file, as the body itself or in a form, and reads it in the background. */
const uploadRoute = (parent: FastifyInstance, options: ImportUploadOptions): void => {
  const { jobs, audit, limit } = options
  void parent.register(async (plain) => {
    plain.removeAllContentTypeParsers()
    await plain.register(multipart, {
      limits: { files: 1, fields: 10, fieldSize: 1024, fileSize: limit + 1 },
      throwFileSizeLimit: false,
    })
    plain.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    plain.withTypeProvider<TypeBoxTypeProvider>().post(
      '/imports',
      {
        schema: {
          description:
            'Imports a file: the body itself, or the file of a form. It is read in the background; the answer says by which id to follow it.',
          querystring: asked,
          response: { 202: IMPORT_VIEW },
        },
        config: { permission: 'imports:write' },
      },
      async (request, reply) => {
        if (request.query.kind !== undefined) askedOf(request.query)
        const { upload, fields } = await receiveBody(request, options)
        const state = await begin(jobs, upload, { ...fields, ...request.query })
        await audit(request, 'import.start', {
          subject: state.id,
          after: { kind: state.kind, name: state.name, bytes: upload.bytes },
        })
        void reply.header('location', `/api/v1/imports/${state.id}`)
        return await reply.code(202).send(viewOf(state, jobs))
      },
    )
  })
}

const orMissing = async ({ imports }: ImportUploadOptions, id: string): Promise<ImportState> => {
  const state = await imports.get(id)
  if (state === null) throw new ProblemError('not.found', detail('import.missing', { id }))
  return state
}

/** An import that runs is cancelled, one that broke off goes on. */
const verbRoutes = (plain: FastifyInstance, options: ImportUploadOptions): void => {
  const { jobs, audit } = options
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const config = { permission: 'imports:write' }
  for (const verb of ['cancel', 'resume'] as const)
    app.post(
      `/imports/:id/${verb}`,
      {
        schema: {
          description:
            verb === 'cancel'
              ? 'Ends an import after the rows it writes; what was imported stays.'
              : 'Goes on with an import that failed or was cancelled.',
          params: idParams,
          response: { 202: IMPORT_VIEW },
        },
        config,
      },
      async (request, reply) => {
        const { id } = request.params
        await orMissing(options, id)
        const state = await stateWrong(jobs[verb](id))
        await audit(request, `import.${verb}`, { subject: id })
        return await reply.code(202).send(viewOf(state, jobs))
      },
    )
}

/** Uploads of histories, and what is done about an import that runs or broke off. */
export const importUploadRoutes = (plain: FastifyInstance, options: ImportUploadOptions): void => {
  const { jobs, audit } = options
  uploadRoute(plain, options)
  verbRoutes(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.delete(
    '/imports/:id',
    {
      schema: {
        description: 'Forgets an import, its file and its list of bad rows; its plays stay.',
        params: idParams,
        headers: ifMatchHeader,
      },
      config: { permission: 'imports:write' },
    },
    async (request, reply) => {
      const { id } = request.params
      await oneAtATime('imports', async () => {
        requireMatch(request, reply, await orMissing(options, id))
        await stateWrong(jobs.remove(id))
      })
      await audit(request, 'import.forget', { subject: id })
      return await reply.code(204).send()
    },
  )
  app.get(
    '/imports/:id/rejected',
    {
      schema: {
        params: idParams,
        response: {
          200: textAnswer(
            'application/x-ndjson',
            'The bad rows as a file: `{where, problem, row}`, one a line.',
          ),
        },
      },
      config: { permission: 'imports:read' },
    },
    async (request, reply) => {
      const { id } = request.params
      await orMissing(options, id)
      const path = jobs.rejectedOf(id)
      if (!existsSync(path)) throw new ProblemError('not.found', detail('import.no_rejected'))
      return await reply
        .type('application/x-ndjson')
        .header('content-disposition', `attachment; filename="${id}.rejected.ndjson"`)
        .send(createReadStream(path))
    },
  )
}
