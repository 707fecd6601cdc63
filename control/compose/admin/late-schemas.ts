import ajvCompilers from '@fastify/ajv-compiler'
import serializerCompilers from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance } from 'fastify'
import { once } from '#domain/memoize'

/**
 * Lets each schema be compiled when the first request needs it, by Fastify's own compilers. The
 * admin API has more than a hundred schemas on two listeners, and a start would wait for all of
 * them. An unknown field is an error, not dropped.
 */
export const compileLate = (app: FastifyInstance): void => {
  const validators = once(() => ajvCompilers()({}, { customOptions: { removeAdditional: false } }))
  const serializers = once(() => serializerCompilers()({}))
  app.setValidatorCompiler((route) => {
    const validator = once(() => validators()(route))
    return (data: unknown) => {
      const check = validator()
      return check(data) === true ? true : { error: check.errors ?? [] }
    }
  })
  app.setSerializerCompiler((route) => {
    const serializer = once(() => serializers()({ httpStatus: 'default', ...route }))
    return (data) => serializer()(data)
  })
}
