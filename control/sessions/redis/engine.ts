import { newEffects, type RenewalAnswer } from '#domain/limits/limits'
import type { AccountState, Claim, Effects, Verdict } from '#domain/limits/types'
import { isReasonId, type ReasonId } from '#domain/reasons'
import type { CapEngine, Step } from '../model/cap-engine.ts'
import { accountTag, KEYS } from '../model/keys.ts'
import type { IndexEntry } from '../model/session-index.ts'
import { endOfFresh, freshState } from './fresh-state.ts'
import type { RunScript } from './scripts.ts'

/** Options of the engine besides its scripts. */
export interface StateReader {
  get(key: string): Promise<string | null>
}

export interface RedisEngineOptions {
  readonly redis: StateReader
  readonly run: RunScript
  /** The order by which the script of an opening notes a new session in the index; missing in a Cluster, where no script reaches its keys. */
  readonly noteOrder?: (entry: IndexEntry, reserveMs: number) => readonly string[]
  /** Tests set the clock; leases run on the clock of Redis. */
  readonly now?: () => number
}

// An empty Lua table is `{}` in JSON, also where a list is meant.
const listOf = <T>(value: unknown): T[] => (Array.isArray(value) ? value : [])

const effectsOf = (text: unknown): Effects => {
  if (text === '') return newEffects()
  const raw: Record<string, unknown> = JSON.parse(String(text))
  return {
    ended: listOf(raw['ended']),
    kill: listOf(raw['kill']),
    drop: listOf(raw['drop']),
    devices: listOf(raw['devices']),
  }
}

const sweptOf = (text: unknown): Effects => endOfFresh(String(text)) ?? effectsOf(text)

const reasonOf = (value: unknown): ReasonId => {
  const text = String(value)
  return isReasonId(text) ? text : 'session.unknown'
}

const verdictOf = (reply: readonly unknown[]): Verdict => {
  const [, tag, first, second, third, fourth, fifth] = reply
  if (tag === 'refused')
    return { outcome: 'refused', reason: reasonOf(first), until: Number(second) }
  if (tag === 'settle') return { outcome: 'settle', waitMs: Number(first) }
  return {
    outcome: 'admitted',
    sid: String(first),
    key: String(second),
    leaseMs: Number(third),
    isKnown: fourth === 1,
    openedMs: Number(fifth),
  }
}

/** The verdict about an account of which nothing was known. */
const admittedAt = ({ sid, key, idle }: Claim, openedMs: number): Verdict => ({
  outcome: 'admitted',
  sid,
  key,
  leaseMs: idle,
  isKnown: false,
  openedMs,
})

/** The verdict on an opening that Redis has been asked about twice: what the second found of its key is what the first has made. */
const asFirst = (verdict: Verdict, key: string): Verdict =>
  verdict.outcome === 'admitted' && verdict.key === key ? { ...verdict, isKnown: false } : verdict

/** Runs the script of an opening. */
const openBy = async (
  run: RunScript,
  claim: Claim,
  [account, args]: readonly [account: string, args: readonly string[]],
): Promise<Step<Verdict>> => {
  let isAskedTwice = false
  const asked = run('open', [account], args, () => {
    isAskedTwice = true
  })
  const reply = listOf(await asked)
  if (reply[1] === 'opened')
    return { answer: admittedAt(claim, Number(reply[2])), effects: newEffects() }
  const verdict = verdictOf(reply)
  const isFirst = isAskedTwice && claim.fixed !== true
  return {
    answer: isFirst ? asFirst(verdict, claim.key) : verdict,
    effects: effectsOf(reply[0]),
  }
}

const renewalOf = (reply: readonly unknown[]): RenewalAnswer => {
  const raw: Record<string, unknown> = JSON.parse(String(reply[2]))
  return { unknown: listOf(raw['unknown']), refused: listOf(raw['refused']) }
}

const parseState = (text: string | null): AccountState | null => (text ? JSON.parse(text) : null)

/** Accounts that one script looks at: it holds up Redis for some milliseconds. */
const SWEPT_AT_ONCE = 50

/** The caps as scripts on one account's key: exact however many control planes race. */
export const createRedisEngine = (options: RedisEngineOptions): CapEngine => {
  const { redis, run, noteOrder } = options
  const clock = (): string => (options.now ? String(options.now()) : '')
  const step = async <T>(
    script: { readonly name: string; readonly tag: string },
    order: unknown,
    parse: (reply: readonly unknown[]) => T,
  ): Promise<Step<T>> => {
    const args = [JSON.stringify(order), clock()]
    const reply = listOf(await run(script.name, [KEYS.account(script.tag)], args))
    return { answer: parse(reply), effects: effectsOf(reply[0]) }
  }
  return {
    async open(account, { claim, limits, hasWaited }, entry) {
      const { key, tok, fixed } = claim
      const note = noteOrder?.(entry, limits.reserveMs) ?? []
      const longestMs = Math.max(limits.reserveMs, claim.idle)
      const order = JSON.stringify({ key, tok, fixed, hasWaited })
      const args = [freshState(account, limits, claim), String(longestMs), order, clock(), ...note]
      const { answer, effects } = await openBy(run, claim, [KEYS.account(entry.tag), args])
      if (noteOrder === undefined) return { answer, effects }
      const isNew = answer.outcome === 'admitted' && !answer.isKnown
      // Where a session of the same key has ended in this step, its end removes the note.
      const isEndedToo = effects.ended.some((one) => one.key === entry.key)
      return { answer, effects, isNoted: isNew && !isEndedToo }
    },
    check: (account, checking) =>
      step({ name: 'check', tag: accountTag(account) }, { account, ...checking }, verdictOf),
    renew: (tag, { limits, ...renewal }) =>
      step({ name: 'renew', tag }, limits ? { ...renewal, limits } : renewal, renewalOf),
    async sweep(tags) {
      if (noteOrder === undefined) {
        const nothing = { edge: '', seen: [], traffic: [] }
        const each = (tag: string) => step({ name: 'renew', tag }, nothing, renewalOf)
        return (await Promise.all(tags.map(each))).map(({ effects }) => effects)
      }
      const effects: Effects[] = []
      for (let at = 0; at < tags.length; at += SWEPT_AT_ONCE) {
        const keys = tags.slice(at, at + SWEPT_AT_ONCE).map((tag) => KEYS.account(tag))
        effects.push(...listOf(await run('sweep', [], [clock(), ...keys])).map(sweptOf))
      }
      return effects
    },
    end: (tag, ending) => step({ name: 'end', tag }, ending, (reply) => Number(reply[2])),
    pardon: (tag, keys, devices) =>
      step({ name: 'pardon', tag }, { keys, devices }, (reply) => Number(reply[2])),
    async restore(state) {
      await step({ name: 'restore', tag: accountTag(state.account) }, state, Number)
    },
    async read(tags) {
      const texts = await Promise.all(tags.map((tag) => redis.get(KEYS.account(tag))))
      return texts.map(parseState)
    },
  }
}
