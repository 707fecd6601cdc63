import { ProblemError } from '../../../plugins/problem.ts'
import { detail } from '../../../plugins/problem-texts.ts'

/** Validator of a body whose fields the handler checks itself, with more precise messages: only that it is an object. */
export const anyRecord = () => (body: unknown) =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? true
    : { error: new ProblemError('request.invalid', detail('body.no_object')) }
