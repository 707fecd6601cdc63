import { type Playing, viewer } from '../../../test/e2e/world/viewer.ts'
import type { TestService } from '../../../test/support/programs/service.ts'

/** What an edge asked of control while viewers opened and played. */
export interface Questions {
  readonly openings: number
  /** Requests of the players, the openings not among them. */
  readonly requests: number
  readonly seconds: number
  readonly asked: Readonly<Record<'open' | 'check' | 'identify' | 'sync', number>>
}

const COUNTER = /^gatehouse_edge_questions_total\{question="(\w+)",[^}]*\} (\d+)/gm

/** Control's own counters. */
const countersOf = async (service: TestService): Promise<Record<string, number>> => {
  const text = await (await service.api('/metrics')).text()
  const counts: Record<string, number> = {}
  for (const [, question = '', count] of text.matchAll(COUNTER)) {
    counts[question] = (counts[question] ?? 0) + Number(count)
  }
  return counts
}

/** Opens `count` playbacks at the real edge, lets them play for `sec` seconds, and reads control's counters. */
export const countQuestions = async (
  service: TestService,
  token: string,
  { count, sec }: { readonly count: number; readonly sec: number },
): Promise<Questions> => {
  const at = (n: number) => ({ token, address: `198.51.101.${n}`, agent: `Box${n}/1` })
  const ticket = await viewer(service.edge, at(0)).ticket()
  const before = await countersOf(service)
  const begun = performance.now()
  const playing: Playing[] = []
  for (let n = 0; n < count; n += 1) {
    playing.push(await viewer(service.edge, at(n)).play(`federal-${(n % 3) + 1}`, ticket))
  }
  let requests = 0
  while (performance.now() - begun < sec * 1000) {
    for (const one of playing) {
      await one.poll()
      requests += 2
    }
  }
  const seconds = (performance.now() - begun) / 1000
  const after = await countersOf(service)
  const asked = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0)
  return {
    openings: count,
    requests,
    seconds,
    asked: {
      open: asked('open'),
      check: asked('check'),
      identify: asked('identify'),
      sync: asked('sync'),
    },
  }
}

/** The counters as a line, with what is allowed: a question for each opening, and a sync a second. */
export const questionsLine = ({ openings, requests, seconds, asked }: Questions): string => {
  const others = asked.check + asked.identify
  // A sync that falls due while the counters are read is one more.
  const isMet = asked.open <= openings && others === 0 && asked.sync <= seconds + 2
  return (
    `questions of the edge in ${seconds.toFixed(1)} s, ${openings} openings and ${requests} requests: ` +
    `${asked.open} openings, ${others} others, ${asked.sync} syncs; ` +
    `once per opening and one sync a second: ${isMet ? 'yes' : 'NO'}`
  )
}
