import type { TestService } from '../../../support/programs/service.ts'

/** Calls of the admin API of a service, which need not have started yet. */
export const callsOf = (service: () => TestService) => ({
  send: async (method: string, path: string, body?: unknown): Promise<Response> =>
    await service().api(`/api/v1${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
})

/** What an answer holds. */
export const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>
