import Fastify, { type FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { compileLate } from '../../../../control/compose/admin/late-schemas.ts'

const withRoute = (app: FastifyInstance): FastifyInstance => {
  const body = {
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    properties: { name: { type: 'string' }, screens: { type: 'integer', default: 1 } },
  }
  const shown = { type: 'object', properties: { screens: { type: 'integer' } } }
  const schema = { body, response: { 200: shown } }
  app.post('/accounts', { schema }, (request) => request.body)
  return app
}

const strict = { ajv: { customOptions: { removeAdditional: false } } } as const

test('requests are judged and answers written as by schemas compiled at the start', async () => {
  const late = Fastify()
  compileLate(late)
  const [early, tried] = [withRoute(Fastify(strict)), withRoute(late)]
  const bodies = [{ name: 'a' }, { name: 'a', screens: '3' }, { name: 'a', hat: 1 }, { screens: 1 }]
  for (const body of bodies) {
    const ask = async (app: FastifyInstance) => {
      const { statusCode, payload } = await app.inject({ method: 'POST', url: '/accounts', body })
      return { statusCode, payload }
    }
    const expected = await ask(early)
    expect(await ask(tried)).toEqual(expected)
    expect(await ask(tried)).toEqual(expected)
  }
})

test('a schema is compiled by the first request, not by the start', async () => {
  const app = Fastify()
  compileLate(app)
  app.get('/wrong', { schema: { querystring: { type: 'no such type' } } }, () => 'fine')
  await app.ready()
  expect((await app.inject('/wrong')).statusCode).toBe(500)
})
