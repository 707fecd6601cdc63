import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type RuleCache, readRules, storedRule } from '../../../detect/live/rule-cache.ts'
import { type LintContext, lintRules } from '../../../detect/rules/rule-lint.ts'
import { RULE_SCHEMA } from '../../../detect/rules/rule-schema.ts'
import type { DetectionRule } from '../../../detect/rules/rule-types.ts'
import { parseRules } from '../../../detect/rules/rules.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'
import { pageOf } from '../../../schemas/accounts.ts'
import { idParams, pagesQuery } from '../../../schemas/common.ts'
import { warningSchema } from '../../../schemas/detection.ts'
import type { Tables } from '../../../store/tables/stores.ts'
import type { AuditTrail } from '../common/audit-trail.ts'
import { etagOf, ifMatchHeader, requireMatch } from '../common/etag.ts'
import { oneAtATime } from '../common/one-at-a-time.ts'
import { plainJson } from '../common/plain-json.ts'
import { pageInOrder } from '../common/row-page.ts'

export interface RuleRoutesOptions {
  readonly store: Pick<Tables, 'rules'>
  readonly book: Pick<RuleCache, 'reload'>
  readonly audit: AuditTrail
  readonly clock: () => number
  /** Names rules may refer to. */
  readonly known: () => LintContext
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Rules of a body, or a refusal that lists every problem. */
export const checkedRules = (raw: unknown, cut = ''): readonly DetectionRule[] => {
  const parsed = parseRules(raw)
  if (parsed.ok) return parsed.rules
  const errors = parsed.problems.map(({ path, message }) => ({
    path: path.startsWith(cut) ? path.slice(cut.length).replace(/^\./, '') : path,
    message,
  }))
  throw new ProblemError('request.invalid', null, errors)
}

/** `parseRules` checks bodies, since its messages are more precise than a schema's. */
const unchecked = () => () => true
const ruleSchema = Type.Unsafe<DetectionRule>(RULE_SCHEMA)
const ruleOut = Type.Object({ rule: ruleSchema, warnings: Type.Array(warningSchema) })
const read = { permission: 'rules:read' }
const write = { permission: 'rules:write' }

/** A rule as it is in force, or nothing. */
const ruleOf = async (
  store: RuleRoutesOptions['store'],
  id: string,
): Promise<DetectionRule | null> => (await readRules(store)).find((rule) => rule.id === id) ?? null

const readRoutes = (plain: FastifyInstance, options: RuleRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, known } = options
  app.get(
    '/rules',
    {
      schema: { querystring: pagesQuery, response: { 200: pageOf(ruleSchema) } },
      serializerCompiler: plainJson,
      config: read,
    },
    async ({ query }, reply) => {
      const rules = await readRules(store)
      void reply.header('etag', etagOf(rules))
      return await pageInOrder(
        () => rules,
        ({ id }) => id,
        query,
      )
    },
  )
  app.get(
    '/rules/:id',
    {
      schema: { params: idParams, response: { 200: ruleOut } },
      serializerCompiler: plainJson,
      config: read,
    },
    async (request, reply) => {
      const rule = await ruleOf(store, request.params.id)
      if (!rule) throw new ProblemError('not.found', detail('rule.missing', request.params))
      void reply.header('etag', etagOf(rule))
      return { rule, warnings: lintRules([rule], known()) }
    },
  )
  app.post(
    '/rules/lint',
    {
      schema: {
        body: Type.Object({ rules: Type.Array(ruleSchema) }),
        response: { 200: Type.Object({ warnings: Type.Array(warningSchema) }) },
      },
      validatorCompiler: unchecked,
      config: read,
    },
    (request) => ({ warnings: lintRules(checkedRules(request.body), known()) }),
  )
}

/** Stores rules and has detection take them up. */
const putter =
  ({ store, book, clock }: RuleRoutesOptions) =>
  async (rules: readonly DetectionRule[]): Promise<void> => {
    await store.rules.putAll(rules.map((rule) => storedRule(rule, clock())))
    await book.reload()
  }

const asTheyAre = { validatorCompiler: unchecked, serializerCompiler: plainJson, config: write }

const putRoutes = (plain: FastifyInstance, options: RuleRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, audit, known } = options
  const put = putter(options)
  app.put(
    '/rules',
    {
      schema: {
        headers: ifMatchHeader,
        body: Type.Object({ rules: Type.Array(ruleSchema) }),
        response: {
          200: Type.Object({ items: Type.Array(ruleSchema), warnings: Type.Array(warningSchema) }),
        },
      },
      ...asTheyAre,
    },
    async (request, reply) => {
      const rules = checkedRules(request.body)
      await oneAtATime('rules', async () => {
        requireMatch(request, reply, await readRules(store))
        await put(rules)
      })
      void reply.header('etag', etagOf(await readRules(store)))
      const subject = rules.map(({ id }) => id).join(' ')
      await audit(request, 'rules.put', { subject, after: rules })
      return { items: [...rules], warnings: lintRules(rules, known()) }
    },
  )
}

const putOneRoute = (plain: FastifyInstance, options: RuleRoutesOptions): void => {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, audit, known } = options
  const put = putter(options)
  app.put(
    '/rules/:id',
    {
      schema: {
        params: idParams,
        headers: ifMatchHeader,
        body: ruleSchema,
        response: { 200: ruleOut },
      },
      ...asTheyAre,
    },
    async (request, reply) => {
      const { id } = request.params
      const body: unknown = request.body
      if (isRecord(body) && body['id'] !== undefined && body['id'] !== id)
        throw new ProblemError('request.invalid', detail('rule.other_id', { id }))
      const [rule] = checkedRules([isRecord(body) ? { ...body, id } : body], 'rules[0]')
      if (!rule) throw new ProblemError('request.invalid', detail('rule.one'))
      const before = await oneAtATime('rules', async () => {
        const present = await ruleOf(store, id)
        requireMatch(request, reply, present)
        await put([rule])
        return present
      })
      void reply.header('etag', etagOf(rule))
      const action = before === null ? 'rule.create' : 'rule.change'
      await audit(request, action, { subject: id, before, after: rule })
      return { rule, warnings: lintRules([rule], known()) }
    },
  )
}

/** `/rules`: list, show, put one or several, delete, lint. */
export const ruleRoutes = (plain: FastifyInstance, options: RuleRoutesOptions): void => {
  readRoutes(plain, options)
  putRoutes(plain, options)
  putOneRoute(plain, options)
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const { store, book, audit } = options
  app.delete(
    '/rules/:id',
    { schema: { params: idParams, headers: ifMatchHeader }, config: write },
    async (request, reply) => {
      const { id } = request.params
      const before = await oneAtATime('rules', async () => {
        const present = await ruleOf(store, id)
        if (present !== null) requireMatch(request, reply, present)
        if (!(await store.rules.remove(id)))
          throw new ProblemError('not.found', detail('rule.missing', { id }))
        return present
      })
      await book.reload()
      await audit(request, 'rule.delete', { subject: id, before })
      return await reply.code(204).send()
    },
  )
}
