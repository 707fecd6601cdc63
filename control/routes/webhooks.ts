import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isSameSecret } from '../accounts/secrets.ts'
import type { MediaHub } from '../sources/hub/hub.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../sources/model/read-fields.ts'
import type { WebhookSecrets } from '../sources/webhooks/secrets.ts'
import { readWebhook, readWebhookText, WebhookError } from '../sources/webhooks/webhook.ts'

/** What webhooks of media servers work with. */
export interface WebhookOptions {
  readonly hub: Pick<MediaHub, 'list' | 'nudge'>
  readonly secrets: Pick<WebhookSecrets, 'of'>
}

/** Where webhooks of a media server go. */
export const WEBHOOK_PATH = '/hooks/media/:name'

const MAX_TEXT_BYTES = 1_048_576
/** Plex sends a picture along; it is not read. */
const MAX_BODY_BYTES = 10_485_760
const MOST_PARTS = 20
/** Names of the part that holds the JSON: Plex's, and Emby's. */
const PARTS = ['payload', 'data']

const UNSUPPORTED =
  'send multipart/form-data, application/json or text/plain, as Plex, Jellyfin, Emby and Tautulli do'

const TOO_LARGE = 'it is larger than any webhook: 1 MB of text, 10 MB with pictures'

/** The body of every refusal. */
const problem = (status: number, detail: string) => ({ status, detail })

const paramOf = (fields: unknown, name: string): string => textOf(fieldsOf(fields)[name])

/** The secret in the address (`?secret=`) or in `X-Hook-Secret`. */
const presentedBy = (request: FastifyRequest): string =>
  paramOf(request.headers, 'x-hook-secret') || paramOf(request.query, 'secret')

const statusOf = (error: unknown): number =>
  isFields(error) || error instanceof Error ? Number(Reflect.get(error, 'statusCode') ?? 500) : 500

/** The part that holds the JSON, as text or read already where the part says that it is JSON; `null` where there is none. */
const jsonOfParts = async (request: FastifyRequest): Promise<unknown> => {
  let json: unknown = null
  for await (const part of request.parts()) {
    if (part.type === 'file') part.file.resume()
    else if (PARTS.includes(part.fieldname)) json = part.value
  }
  return json
}

const bodyOfParts = async (request: FastifyRequest): Promise<Fields> => {
  const json = await jsonOfParts(request).catch((error: unknown) => {
    if (statusOf(error) < 500) throw error
    const why = error instanceof Error ? error.message : ''
    throw new WebhookError(`its parts cannot be read: ${why}`)
  })
  if (isFields(json)) return json
  if (typeof json === 'string') return readWebhookText(json)
  throw new WebhookError('it has none of the parts `payload` (Plex) and `data` (Emby)')
}

const bodyOf = async (request: FastifyRequest): Promise<Fields> => {
  if (request.isMultipart()) return await bodyOfParts(request)
  const { body } = request
  if (isFields(body)) return body
  return readWebhookText(typeof body === 'string' ? body : '')
}

const refusalOf = (error: unknown): { readonly status: number; readonly detail: string } | null => {
  if (error instanceof WebhookError) return problem(400, error.message)
  const status = statusOf(error)
  if (status === 415) return problem(415, UNSUPPORTED)
  if (status === 413) return problem(413, TOO_LARGE)
  return status >= 400 && status < 500 && error instanceof Error
    ? problem(status, `it cannot be read: ${error.message}`)
    : null
}

/** Takes a webhook of a server: with the right secret the server is read anew. */
const take =
  ({ hub }: WebhookOptions) =>
  async (request: FastifyRequest) => {
    const name = paramOf(request.params, 'name')
    const found = hub.list().find(({ server }) => server.name === name)
    if (found === undefined) throw new WebhookError(`there is no media server '${name}' any more`)
    const webhook = readWebhook(await bodyOf(request), found.server.kind)
    if (webhook.isPlay) hub.nudge(name)
    return { server: name, event: webhook.event, looked: webhook.isPlay }
  }

/**
 * `POST /hooks/media/NAME?secret=…`: webhooks of Plex (multipart), Jellyfin (JSON, also as text/plain), Emby (JSON or
 * multipart) and Tautulli. A webhook is a hint: what plays is then read from the server itself, so that nobody can
 * invent a play.
 */
export const webhookRoutes = async (
  parent: FastifyInstance,
  options: WebhookOptions,
): Promise<void> => {
  await parent.register(async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      ['application/json', 'text/plain'],
      { parseAs: 'string' },
      (_request, body, done) => {
        const isTooLarge = body.length > MAX_TEXT_BYTES
        done(isTooLarge ? Object.assign(new Error(TOO_LARGE), { statusCode: 413 }) : null, body)
      },
    )
    const limits = { fieldSize: MAX_TEXT_BYTES, fileSize: MAX_BODY_BYTES, parts: MOST_PARTS }
    await app.register(multipart, { limits })
    app.setErrorHandler(async (error, request, reply) => {
      const refusal = refusalOf(error)
      if (refusal !== null) return await reply.code(refusal.status).send(refusal)
      request.log.error({ err: error }, 'a webhook could not be taken')
      return await reply.code(500).send(problem(500, 'something went wrong on our side'))
    })
    app.addHook('onRequest', async (request, reply) => {
      const secret = await options.secrets.of(paramOf(request.params, 'name'))
      const presented = presentedBy(request)
      if (secret !== null && isSameSecret(secret, presented)) return undefined
      const detail = 'no webhooks of such a server are taken, or the secret is wrong'
      return await reply.code(401).send(problem(401, detail))
    })
    app.post(
      WEBHOOK_PATH,
      { bodyLimit: MAX_BODY_BYTES, config: { permission: 'public' }, schema: { hide: true } },
      take(options),
    )
  })
}
