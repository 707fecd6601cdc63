import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { isReasonId } from '#domain/reasons'
import type { Language } from '#domain/types'
import { languageOf, VIEWER_WORDS, WORD_OF_REASON, type Words } from '#domain/viewer-words'
import { fieldsOf, textOf } from '../../sources/model/read-fields.ts'

const UNKNOWN: Words = {
  en: 'There is no such code. It is the text after X-Gatehouse-Reason, such as cap.streams.',
  ru: 'Такого кода нет. Это текст после X-Gatehouse-Reason, например cap.streams.',
}

const STYLE = 'body{font:1.25rem/1.5 sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}'
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')
/** Nothing but this one style. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const pageOf = (language: Language, words: string, code: string): string =>
  `<!doctype html><html lang="${language}"><meta charset="utf-8">` +
  `<meta name="viewport" content="width=device-width"><title>${code || '?'}</title>` +
  `<style>${STYLE}</style><body><p>${words}</p><p><code>${code}</code></p></body></html>\n`

/** `GET /why/<code>`: what a reason means to a viewer, in plain words for support and viewers, in English or Russian. */
export const whyRoutes = (app: FastifyInstance): void => {
  app.get(
    '/why/:code',
    { config: { permission: 'public' }, schema: { hide: true } },
    async (request, reply) => {
      const code = textOf(fieldsOf(request.params)['code'])
      const lang = textOf(fieldsOf(request.query)['lang'])
      const language = languageOf(`${lang},${request.headers['accept-language'] ?? ''}`, 'en')
      const isKnown = isReasonId(code)
      const words = (isKnown ? VIEWER_WORDS[WORD_OF_REASON[code]] : UNKNOWN)[language]
      reply.code(isKnown ? 200 : 404).header('Vary', 'Accept, Accept-Language')
      reply.header('Content-Language', language)
      if (!(request.headers.accept ?? '').includes('text/html'))
        return await reply.type('text/plain; charset=utf-8').send(`${words}\n`)
      return await reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', POLICY)
        .send(pageOf(language, words, isKnown ? code : ''))
    },
  )
}
