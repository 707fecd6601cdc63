import type { BackendAnswer } from './backend-answer.ts'
import { type BackendClient, backendLabel, type HttpBackend } from './backend-client.ts'
import type { TraceStep } from './decision.ts'

/** The joint answer of all backends, and which of them decided. */
export interface BackendsOutcome {
  readonly answer: BackendAnswer
  /** Address of the deciding backend; `null` where none answered. */
  readonly backend: string | null
  readonly trace: readonly TraceStep[]
}

interface Named {
  readonly backend: string
  readonly answer: BackendAnswer
}

const stepOf = ({ backend, answer }: Named): TraceStep => ({
  step: 'backend',
  subject: backend,
  result: answer.class,
  detail: answer.detail ?? (answer.status === null ? null : `status ${answer.status}`),
})

/**
 * Requests all backends in parallel, as Flussonic does. The first allow decides; otherwise a redirect beats a
 * denial, and a denial beats no answer.
 */
export const askBackends = async (
  client: BackendClient,
  backends: readonly HttpBackend[],
  query: string,
): Promise<BackendsOutcome> => {
  const answers: Named[] = []
  const asked = backends.map(async (backend): Promise<Named> => {
    const named = { backend: backendLabel(backend.url), answer: await client.ask(backend, query) }
    answers.push(named)
    return named
  })
  const allowed = Promise.any(
    asked.map(async (one) => {
      const named = await one
      if (named.answer.class !== 'allow') throw new Error('not an allow')
      return named
    }),
  ).catch(() => null)
  const first = await allowed
  const decided = first ?? (await decideWithoutAllow(asked))
  return { ...decided, trace: answers.map(stepOf) }
}

const decideWithoutAllow = async (
  asked: readonly Promise<Named>[],
): Promise<{ answer: BackendAnswer; backend: string | null }> => {
  const all = await Promise.all(asked)
  const found =
    all.find(({ answer }) => answer.class === 'redirect') ??
    all.find(({ answer }) => answer.class === 'deny')
  if (found !== undefined) return found
  const silent = all[0]
  if (silent === undefined) throw new Error('askBackends needs at least one backend')
  return { answer: silent.answer, backend: null }
}
