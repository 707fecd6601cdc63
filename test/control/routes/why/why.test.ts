import { createHash } from 'node:crypto'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { whyRoutes } from '../../../../control/routes/why/why.ts'
import { REASONS } from '../../../../njs/domain/reasons.ts'

const app = Fastify()
whyRoutes(app)
const ask = async (url: string, headers: Record<string, string> = {}) =>
  await app.inject({ url, headers })

describe('GET /why/<code>', () => {
  it.each(Object.keys(REASONS))(
    'says %s in both languages, without our own words',
    async (code) => {
      for (const language of ['en', 'ru']) {
        const told = await ask(`/why/${code}?lang=${language}`)
        expect([told.statusCode, told.headers['content-language']]).toEqual([200, language])
        expect(/[а-я]/.test(told.body)).toBe(language === 'ru')
        expect(told.body).not.toMatch(/control plane|edge|backend|ticket|slot/i)
      }
    },
  )

  it.each([
    ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
    ['de,en;q=0.5,ru;q=0.1', 'en'],
    ['', 'en'],
  ])('answers %j in %s', async (accepted, language) => {
    const told = await ask('/why/cap.streams', { 'accept-language': accepted })
    expect(told.headers['content-language']).toBe(language)
  })

  it('is a page for browsers, with the code', async () => {
    const told = await ask('/why/ban.account', { accept: 'text/html,*/*' })
    expect(told.headers['content-type']).toContain('text/html')
    expect(told.body).toContain('<code>ban.account</code>')
    // Its only style is the one its policy names.
    const style = /<style>(.*)<\/style>/.exec(told.body)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = told.headers['content-security-policy']
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`)
    expect(told.body).not.toContain('style=')
  })

  it('answers an unknown code with 404, and repeats nothing of it', async () => {
    const told = await ask(`/why/${encodeURIComponent('<script>')}`, { accept: 'text/html' })
    expect(told.statusCode).toBe(404)
    expect(told.body).not.toContain('script')
  })
})
