import { describe, expect, it } from 'vitest'
import { operationsText } from '../../../scripts/client/operations-text.ts'
import { typeText } from '../../../scripts/client/type-text.ts'

describe('the type of a schema', () => {
  it.each([
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ enum: ['a', 2, null] }, '"a" | 2 | null'],
    [{ const: 'x' }, '"x"'],
    [{}, 'unknown'],
    [{ type: 'array' }, 'unknown[]'],
    [{ type: 'array', items: { type: ['number', 'null'] } }, '(number | null)[]'],
    [{ type: 'array', items: [{ type: 'string' }, { type: 'number' }] }, '[string, number]'],
    [{ type: 'object' }, 'Record<string, unknown>'],
    [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'Record<string, boolean>'],
    [{ type: 'object', patternProperties: { '^x': { type: 'string' } } }, 'Record<string, string>'],
    [
      { type: 'object', properties: { a: { type: 'string' }, 'b-c': {} }, required: ['a'] },
      '{ a: string; "b-c"?: unknown }',
    ],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ allOf: [{ type: 'string' }, { type: 'number' }] }, 'string & number'],
  ])('%j is %s', (schema, text) => {
    expect(typeText(schema)).toBe(text)
  })
})

describe('the operations of a document', () => {
  it('have a line each, with query, body and answer', () => {
    const json = (schema: object) => ({ content: { 'application/json': { schema } } })
    const text = operationsText({
      paths: {
        '/health/live': { get: { responses: { '200': {} } } },
        '/api/v1/things': {
          post: {
            parameters: [{ name: 'dry', in: 'query', schema: { type: 'boolean' } }],
            requestBody: json({ type: 'object', properties: { n: { type: 'number' } } }),
            responses: { '201': json({ type: 'string' }), '204': {}, default: json({}) },
          },
          get: { responses: { default: json({}) } },
        },
      },
    })
    expect(text.split('\n').slice(4)).toEqual([
      "  'GET /things': { query: never; body: never; answer: unknown }",
      "  'POST /things': { query: { dry?: boolean }; body: { n?: number }; answer: string | null }",
      '}',
      '',
    ])
  })
})
