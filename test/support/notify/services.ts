import { type Got, type Reply, startFakeService } from './fake-service.ts'

type Embed = Record<'title' | 'description', string | undefined>

const invalid = (field: string, message: string): Reply => ({
  status: 400,
  body: {
    message: 'Invalid Form Body',
    code: 50035,
    errors: {
      embeds: { '0': { [field]: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message }] } } },
    },
  },
})

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Discord's webhook: its limits, its errors, 204 without `wait`. */
export const startDiscord = () =>
  startFakeService(({ path, query, json }) => {
    if (path !== '/api/webhooks/42/hook-token')
      return { status: 404, body: { message: 'Unknown Webhook', code: 10015 } }
    const [embed, ...others] = (json['embeds'] ?? []) as Embed[]
    if (!embed || others.length > 9)
      return { status: 400, body: { message: 'Cannot send an empty message', code: 50006 } }
    const { title = '', description = '' } = embed
    if (title.length > 256) return invalid('title', 'Must be 256 or fewer in length.')
    if (description.length > 4096) return invalid('description', 'Must be 4096 or fewer in length.')
    return query.get('wait') === 'true'
      ? { status: 200, body: { id: '1145', type: 0, embeds: [embed] } }
      : { status: 204 }
  })

/** ntfy: JSON publishing at the root, `Authorization` for the topic, attachments beyond 4096 bytes are off. */
export const startNtfy = () =>
  startFakeService(({ method, path, headers, json }) => {
    if (method !== 'POST' || path !== '/')
      return { status: 404, body: { code: 40401, http: 404, error: 'page not found' } }
    if (headers['authorization'] !== 'Bearer tk_secret')
      return { status: 403, body: { code: 40301, http: 403, error: 'forbidden' } }
    const { topic, message, priority } = json
    if (typeof topic !== 'string' || !/^[-_A-Za-z0-9]{1,64}$/.test(topic))
      return { status: 400, body: { code: 40009, http: 400, error: 'invalid topic' } }
    if (typeof priority !== 'number' || priority < 1 || priority > 5)
      return { status: 400, body: { code: 40007, http: 400, error: 'invalid priority parameter' } }
    if (Buffer.byteLength(String(message)) > 4096)
      return { status: 400, body: { code: 40014, http: 400, error: 'attachments not allowed' } }
    return { status: 200, body: { id: 'sPs71M8A2T', time: 1643935928, event: 'message', topic } }
  })

const ALLOWED_TAGS = new Set(['b', 'i', 'u', 's', 'code', 'pre', 'a'])

/** Why Telegram would refuse HTML; its entities are these four. */
const htmlProblem = (html: string): string | null => {
  const open: string[] = []
  for (const [tag, close = '', name = ''] of html.matchAll(/<(\/?)([^<>\s]*)[^<>]*>|</g)) {
    if (tag === '<' || !ALLOWED_TAGS.has(name)) return `Unsupported start tag "${name}"`
    if (close === '') open.push(name)
    else if (open.pop() !== name) return `Unexpected end tag "${name}"`
  }
  if (open.length > 0) return `Can't find end tag corresponding to start tag "${open[0]}"`
  return /&(?!(?:lt|gt|amp|quot|#\d+);)/.test(html) ? 'unknown entity' : null
}

const telegramError = (code: number, description: string, parameters?: object): Reply => ({
  status: code,
  body: { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) },
})

/** Telegram's Bot API: token in the path, HTML entities parsed, 4096 characters. */
export const startTelegram = () =>
  startFakeService(({ path, json }) => {
    if (path !== '/bot77:bot-token/sendMessage') return telegramError(401, 'Unauthorized')
    if (String(json['chat_id']) !== '-1001')
      return telegramError(400, 'Bad Request: chat not found')
    const text = textOf(json['text'])
    if (text === '') return telegramError(400, 'Bad Request: message text is empty')
    const problem = json['parse_mode'] === 'HTML' ? htmlProblem(text) : null
    if (problem !== null) return telegramError(400, `Bad Request: can't parse entities: ${problem}`)
    if (text.replace(/<[^>]*>/g, '').length > 4096)
      return telegramError(400, 'Bad Request: message is too long')
    return {
      status: 200,
      body: { ok: true, result: { message_id: 5, date: 1, chat: { id: -1001 } } },
    }
  })

/** Gotify: `X-Gotify-Key`, errors with a description. */
export const startGotify = () =>
  startFakeService(({ method, path, headers, json }) => {
    const refusal = (status: number, error: string, errorDescription: string): Reply => ({
      status,
      body: { error, errorCode: status, errorDescription },
    })
    if (method !== 'POST' || path !== '/sub/message')
      return refusal(404, 'Not Found', 'page not found')
    if (headers['x-gotify-key'] !== 'A-app')
      return refusal(401, 'Unauthorized', 'you need to provide a valid access token')
    if (typeof json['message'] !== 'string' || json['message'] === '')
      return refusal(400, 'Bad Request', "Field 'message' is required")
    return { status: 200, body: { id: 25, appid: 5, ...json, date: '2026-11-28T12:00:00Z' } }
  })

/** Anybody's web hook; answers nothing. */
export const startHook = () => startFakeService(() => ({ status: 202 }))

/** What a person reads of a message, whatever the service. */
export const shownOf = ({ json }: Got): string => {
  const [embed] = (json['embeds'] ?? []) as Embed[]
  if (embed) return unescaped(`${embed.title}\n${embed.description}`)
  const text = textOf(json['message'] ?? json['text'])
  return unescaped(`${textOf(json['title'])}\n${text}`)
}

const unescaped = (text: string): string =>
  text
    .replace(/\\([^\p{L}\p{N}\s])/gu, '$1')
    .replace(/<\/?(?:b|code)>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
