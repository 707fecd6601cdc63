import { readDestination } from '../../../config/checks/destination-checks.ts'
import type { DestinationConfig } from '../../../config/schema/destinations.ts'
import { ProblemError } from '../../../plugins/problem.ts'
import { say } from '../../../sentences/sentences.ts'

type Problems = readonly { readonly path: string; readonly message: string }[]

const refuse = (problems: Problems): never => {
  throw new ProblemError('request.invalid', null, [...problems])
}

/** The API must not read files of the control plane's machine. */
const fileProblems = (destination: DestinationConfig): Problems =>
  Object.keys(destination)
    .filter((name) => name.endsWith('_file'))
    .map((path) => ({ path, message: say('value.for_file') }))

/** The destination of a body, filled with defaults, or a refusal that lists every problem. */
export const checkedDestination = (raw: unknown): DestinationConfig => {
  const read = readDestination(raw)
  if ('problems' in read) return refuse(read.problems)
  const files = fileProblems(read.destination)
  return files.length > 0 ? refuse(files) : read.destination
}
