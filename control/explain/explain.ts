import type { ReasonId } from '#domain/reasons'
import { backendsOf } from '../access/authorize/choose-backend.ts'
import type { ExplainInput, ExplainPorts, Explanation } from './explanation.ts'
import { decidingSteps, type Judged, judgeBackend, step } from './judge-backend.ts'

const REFUSED: Readonly<Record<'out' | 'surge' | 'unknown', ReasonId>> = {
  out: 'channel.not_in_group',
  surge: 'channel.surge',
  unknown: 'channel.unknown',
}

const judge = async (
  input: ExplainInput,
  { group, country }: { group: string; country: string | null },
  ports: ExplainPorts,
): Promise<Judged & { authBackend: string | null }> => {
  const standing = ports.standing(group, input.channel)
  if (standing !== 'in') {
    const reason = REFUSED[standing]
    const steps = [step('channel', input.channel, `${standing} for group ${group}`, true)]
    const settled = { verdict: 'deny', reason, decidedBy: `channel ${input.channel}` } as const
    return { ...decidingSteps(steps, settled), authBackend: null }
  }
  const inGroup = step('channel', input.channel, `in group ${group}`)
  const name = ports.backendFor(input.channel, group)
  const backends = (name === null ? [] : backendsOf(name)).flatMap((it) => {
    const backend = ports.backend(it)
    return backend === null ? [] : [{ name: it, country, backend }]
  })
  const [first, ...others] = backends
  if (name === null || first === undefined) {
    const steps = [inGroup, step('default', 'auth', 'no auth backend is asked here', true)]
    const settled = { verdict: 'allow', reason: 'ok', decidedBy: 'no auth backend' } as const
    return { ...decidingSteps(steps, settled), authBackend: null }
  }
  let judged = await judgeBackend(input, first, ports)
  for (const other of others) {
    if (judged.verdict === 'deny') break
    const next = await judgeBackend(input, other, ports)
    const decides = judged.verdict === 'allow' || next.verdict === 'deny' ? next : judged
    judged = { ...decides, steps: [...judged.steps, ...next.steps] }
  }
  return { ...judged, steps: [inGroup, ...judged.steps], authBackend: name }
}

/** Explains, step by step, why this viewer would be admitted or refused. */
export const explain = async (input: ExplainInput, ports: ExplainPorts): Promise<Explanation> => {
  const country = input.country?.toUpperCase() ?? ports.countryOf(input.address)
  const base = { channel: input.channel, address: input.address, country }
  const won = ports.classify(input.address, country)
  if (won === null) {
    const steps = [step('group', 'no group', 'takes this viewer', true)]
    const settled = { verdict: 'deny', reason: 'group.none', decidedBy: 'no group' } as const
    const nothing = { group: null, wonBy: null, authBackend: null, account: null, cap: null }
    return { ...base, ...settled, ...nothing, steps, backends: [] }
  }
  const { decision, ...judged } = await judge(input, { group: won.group, country }, ports)
  const isIn = judged.verdict !== 'deny'
  return {
    ...base,
    group: won.group,
    wonBy: won.wonBy,
    ...judged,
    steps: [step('group', won.group, `won by ${won.rule}`), ...judged.steps],
    account: decision?.account ?? null,
    cap: isIn ? ports.capOf(input.channel, won.group, decision) : null,
  }
}
