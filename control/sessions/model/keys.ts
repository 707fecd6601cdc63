import { hash as hashOf } from 'node:crypto'
import { memoize } from '#domain/memoize'
import type { AccountRef } from '#domain/types'
import { streamKey } from '../../events/keys.ts'

/** First 16 hex of SHA-256(account): the hash tag that keeps one account's keys on one slot. */
export const accountTag: (account: AccountRef) => string = memoize((account) =>
  hashOf('sha256', account, 'hex').slice(0, 16),
)

/** How many shards the live index is split into. */
export const LIVE_SHARDS = 16

/** Shard of an account in the live index. */
export const shardOf = (tag: string): number => Number.parseInt(tag.slice(0, 1), 16)

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Every Redis key of the project. Nothing else may spell one. `ttlMs: 0` = lives until removed. */
export const KEYS = {
  /** string, JSON of njs/domain AccountState; TTL set by the scripts: last thing it holds + 1 min. */
  account: (tag: string) => `gh:acc:{${tag}}`,
  /** string, account tag of a lease key. */
  lease: { key: (lease: string) => `gh:lease:${lease}`, ttlMs: 15 * MINUTE },
  /** string, `<tag><lease key>` of a session id. */
  session: { key: (sid: string) => `gh:sid:${sid}`, ttlMs: 15 * MINUTE },
  /** zset, `<tag><lease key>` by Unix ms when it was last known, of one download's sessions. */
  download: { key: (id: string) => `gh:dl:${id}`, ttlMs: 15 * MINUTE },
  /** zset, the same of one network's sessions. */
  network: { key: (net: string) => `gh:net:${net}`, ttlMs: 15 * MINUTE },
  /** zset, `<tag><lease key>` by Unix ms of its slot's end, sharded by account. */
  live: { key: (shard: number) => `gh:live:${shard}`, ttlMs: 24 * HOUR },
  /** zset, the same of one channel. */
  channel: { key: (id: string) => `gh:chan:${id}`, ttlMs: 24 * HOUR },
  /** zset, channel ids by Unix ms of the last activity. */
  channels: { key: 'gh:channels', ttlMs: 24 * HOUR },
  /** string, random; missing means that Redis lost its data and is to be filled again. */
  epoch: { key: 'gh:epoch', ttlMs: 0 },
  /** stream, ban changes and kills that every control plane follows; trimmed by length. */
  banStream: { key: 'gh:bans', maxLength: 50_000, ttlMs: 0 },
  /** hash, number → channel id that apps of the Xtream kind call by it; kept when the channel is gone, so that no number means another one soon; of very many those of channels that are there stay. */
  streamNumbers: { key: 'gh:streamids', ttlMs: 0 },
  /** zset, `<hash of an address> <protocol>` by Unix ms when an origin last answered with it, where the address does not say; answers older than the TTL are removed. */
  protocols: { key: 'gh:protocols', ttlMs: 30 * 24 * HOUR },
  /** hash, hash of an address → JSON of what it was called in lists before, and `changes`, their count; kept in number, see `MOST_RECORDS`. */
  formerNames: { key: 'gh:formernames', ttlMs: 0 },
  /** hash, ban key → JSON of an active ban. */
  banSet: { key: 'gh:banset', ttlMs: 0 },
  /** stream, session events of a shard; trimmed by length, consumer groups historian and detectors. */
  events: streamKey,
  /** string, JSON of a cached decision; TTL is the decision's or the denial's own clock. */
  decision: (hash: string) => `gh:dec:${hash}`,
  /** string, claim of the process that requests a decision from the backends; TTL as long as that may take. */
  flight: (hash: string) => `gh:fly:${hash}`,
  /** string, Unix ms before which cached decisions of a channel are void; a day. */
  forgotten: (channel: string | null) => `gh:forgot:${channel ?? ''}`,
  /** string, JSON of a running session that a backend let in; a day after its last update. */
  authLive: (sid: string) => `gh:auth:${sid}`,
  /** zset, session ids by Unix ms of their next update. */
  authDue: () => 'gh:authdue',
  /** set, session ids of a channel that backends let in; a day after the last opening. */
  authChannel: (channel: string) => `gh:authchan:${channel}`,
  /** string, present while one control plane asks about a session. */
  authHold: (sid: string) => `gh:authhold:${sid}`,
  /** string, JSON of one detector's recent window of an account; TTL given by the detector. */
  recent: (tag: string, detector: string) => `gh:win:{${tag}}:${detector}`,
  /** string, the control plane that watches a media server. */
  watch: { key: (server: string) => `gh:watch:${server}`, ttlMs: 8_000 },
  /** string, present while another control plane reads what that one publishes. */
  watchRead: { key: (server: string) => `gh:watchread:${server}`, ttlMs: 10_000 },
  /** string, JSON of a media server's health and plays. */
  watchState: { key: (server: string) => `gh:watchstate:${server}`, ttlMs: MINUTE },
  /** list, JSON of what other control planes ask of the one that watches. */
  watchCalls: { key: (server: string) => `gh:watchcalls:${server}`, ttlMs: 15_000 },
  /** string, JSON of the answer to one of them. */
  watchAnswer: { key: (id: string) => `gh:watchanswer:${id}`, ttlMs: 30_000 },
  /** hash, control plane → `<Mbit/s>|<Unix ms>` of what its edges sent lately. */
  traffic: { key: 'gh:traffic', ttlMs: 15_000 },
  /** string, owner of work that one control plane does for all: sweep, roll-up, refresh. */
  work: { key: (name: string) => `gh:work:${name}`, ttlMs: 5_000 },
} as const
