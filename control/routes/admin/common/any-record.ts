import { ProblemError } from '../../../plugins/problem.ts'

/** Validator of a body whose fields the handler checks itself, with more precise messages: only that it is an object. */
export const anyRecord = () => (body: unknown) =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? true
    : { error: new ProblemError('request.invalid', 'The body must be a JSON object.') }
