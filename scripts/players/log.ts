import type { TestService } from '../../test/support/programs/service.ts'

/** One line of the edge's access log. */
export interface Line {
  readonly time: string
  readonly kind: string
  readonly path: string
  readonly status: number
  readonly bytes: number
  readonly session: string
  readonly channel: string
  readonly reason: string
}

/** The edge's access log so far. */
export const linesOf = (service: TestService): Line[] =>
  (service.logs()['access.log'] ?? '')
    .split('\n')
    .filter((text) => text.startsWith('{') && text.endsWith('}'))
    .map((text): Line => JSON.parse(text))

/** Whether a request was given what it asked for. */
export const isGiven = ({ status }: { status: number }): boolean => status === 200 || status === 206

/** Openings and checks the edges asked control so far. */
export const questionsOf = async (service: TestService): Promise<number> => {
  const text = await (await service.api('/metrics')).text()
  const found = text.matchAll(
    /^gatehouse_edge_questions_total\{[^}]*question="(?:open|check)"[^}]*\} (\d+)/gm,
  )
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Plays of an account in the history. */
export const playsOf = async (service: TestService, account: string): Promise<number> => {
  const to = Date.now() + 60_000
  const path = `/api/v1/history/plays.ndjson?from=${to - 7_200_000}&to=${to}`
  const text = await (await service.api(path)).text()
  const line = text.split('\n').find((it) => it.includes(`own:${account}`))
  const read: unknown = line === undefined ? [] : JSON.parse(line)
  return Array.isArray(read) ? read.length : 0
}
