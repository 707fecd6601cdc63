import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import type { PlayChange } from '../../control/sources/model/live-play.ts'
import type { HistoryQuery } from '../../control/sources/model/play-history.ts'
import type { PlaySource } from '../../control/sources/model/play-source.ts'
import { SourceError } from '../../control/sources/model/source-error.ts'
import type { SourceSettings } from '../../control/sources/model/source-kind.ts'
import { until } from '../support/programs/port.ts'

/** A play at the server; the same user, device and item are one play, whatever its session. */
export interface PlayAtServer {
  readonly user: number
  readonly device: string
  readonly item: string
  /** The server's own name of the session; it changes while the play goes on. */
  readonly session: string
  /** Goes on after its end was asked. */
  readonly isDeaf?: boolean
}

/** How a server answers from now on. */
export type Mood = 'well' | 'garbage' | 'web page' | 'server error' | 'silent'

/** A real server of the kind on loopback, and how a source of it is made. */
export interface SourceServer {
  source(changes?: Partial<SourceSettings>, onChange?: (change: PlayChange) => void): PlaySource
  readonly token: string
  play(plays: readonly PlayAtServer[]): void
  setMood(mood: Mood): void
  /** Whether the server allows ends from now on. */
  allowEnds(isAllowed: boolean): void
  /** Sessions whose end the server was asked for, with the reason shown. */
  ended(): readonly { readonly session: string; readonly reason: string }[]
  connections(): Promise<number>
  close(): Promise<void>
}

/** A server whose past can be read. */
export interface PastServer extends SourceServer {
  /** Single past plays of user 1, newest first, an hour apart. */
  remember(count: number): void
}

const ANN = { user: 1, device: 'tv', item: '501', session: 'a' }
const BOB = { user: 2, device: 'phone', item: '502', session: 'b' }

const timers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

const readAll = async (source: PlaySource, query?: HistoryQuery): Promise<PlayRecord[]> => {
  const plays: PlayRecord[] = []
  for await (const page of source.history?.plays(query ?? { user: 1, since: 0 }) ?? [])
    plays.push(...page)
  return plays
}

/** A source is accepted when it passes; every test has a server of its own. */
export function describePlaySource(kind: string, open: () => Promise<SourceServer>): void {
  describe(`the source ${kind}`, () => {
    let server: SourceServer
    let sources: PlaySource[]
    beforeEach(async () => {
      server = await open()
      sources = []
    })
    afterEach(async () => {
      await Promise.all(sources.map((source) => source.stop()))
      await server.close()
    })

    const create = (...args: Parameters<SourceServer['source']>): PlaySource => {
      const source = server.source(...args)
      sources.push(source)
      return source
    }
    const started = async (...args: Parameters<SourceServer['source']>): Promise<PlaySource> => {
      const source = create(...args)
      await source.start()
      return source
    }
    /** Connections go at once, long before an idle one would be closed by either side. */
    const gone = async (): Promise<void> => {
      const since = performance.now()
      await until('no connections', async () => (await server.connections()) === 0)
      expect(performance.now() - since).toBeLessThan(3500)
    }
    const keysOf = (source: PlaySource): string[] => source.plays().map(({ key }) => key)
    test('asks nothing before it starts, and says what it can do', async () => {
      const source = create()
      expect(source.health()).toMatchObject({ state: 'stopped', signIn: 'unknown', lagMs: null })
      expect(source.capabilities.history).toBe(source.history !== null)
      expect(source.capabilities.message).toBe(source.message !== null)
      expect(source.capabilities.signOut).toBe(source.signOut !== null)
      expect(source.capabilities.limit !== 'none').toBe(source.limits !== null)
      expect(source.capabilities.places).toBe((source.history?.locate ?? null) !== null)
      expect(source.label + source.id).not.toContain(server.token)
      expect(await server.connections()).toBe(0)
    })

    test('starts and stops as often as it is told to, and begins again', async () => {
      const changes: PlayChange[] = []
      server.play([ANN])
      const source = create({}, (change) => changes.push(change))
      await Promise.all([source.start(), source.start()])
      await source.start()
      expect(source.health()).toMatchObject({ state: 'watching', signIn: 'accepted' })
      expect(changes.filter(({ type }) => type === 'opened')).toHaveLength(1)
      await Promise.all([source.stop(), source.stop()])
      await source.stop()
      expect(source.health()).toMatchObject({ state: 'stopped', lagMs: null })
      await source.start()
      expect(source.health().state).toBe('watching')
    })

    test('leaves no timer and no connection when it stops, whatever runs', async () => {
      const before = timers()
      server.play([{ ...ANN, isDeaf: true }])
      const source = await started({ confirmMs: 60_000 })
      const [key = ''] = keysOf(source)
      const ending = source.end(key, 'over')
      await until('the server took it', () => source.plays()[0]?.endAskedAt !== null)
      expect(server.ended()).toHaveLength(1)
      await readAll(source)
      await source.stop()
      expect(await ending).toEqual({ state: 'asked' })
      await gone()
      expect(timers()).toBeLessThanOrEqual(before)
    })

    test('a server that falls silent does not keep it from stopping', async () => {
      const source = await started({ timeoutMs: 60_000 })
      server.setMood('silent')
      await until('a look that hangs', () => (source.health().lagMs ?? 0) > 150)
      await source.stop()
      await gone()
    })

    test('shows plays by a key of user, device and item that outlives sessions', async () => {
      const changes: PlayChange[] = []
      server.play([ANN, BOB])
      const source = await started({}, (change) => changes.push(change))
      const [ann, bob] = source.plays()
      expect(new Set(keysOf(source)).size).toBe(2)
      expect(ann?.record).toMatchObject({ source: source.id, device: 'tv', endedAt: null })
      server.play([{ ...ANN, session: 'other' }])
      await until('one play', () => source.plays().length === 1)
      expect(source.plays()[0]).toMatchObject({
        key: ann?.key,
        record: { id: ann?.record.id, startedAt: ann?.record.startedAt },
      })
      const closed = changes.filter(({ type }) => type === 'closed')
      expect(closed.map(({ play }) => play.key)).toEqual([bob?.key])
      expect(closed[0]?.play.record.endedAt).toBeGreaterThanOrEqual(bob?.record.startedAt ?? 0)
      server.play([{ ...ANN, device: 'tablet' }])
      await until('another play', () => source.plays()[0]?.record.device === 'tablet')
      expect(keysOf(source)).not.toContain(ann?.key)
    })

    test('a session held twice is one play', async () => {
      server.play([ANN, { ...ANN, session: 'ghost' }, BOB])
      expect((await started()).plays()).toHaveLength(2)
    })

    test('two sources of a kind share no account', async () => {
      server.play([ANN])
      const [home, away] = [await started({ name: 'home' }), await started({ name: 'away' })]
      expect(home.id).not.toBe(away.id)
      expect(home.plays()[0]?.record.account).not.toBe(away.plays()[0]?.record.account)
    })

    test.each<Mood>(['garbage', 'web page', 'server error', 'silent'])(
      'an answer that is of no use (%s) is said and loses nothing',
      async (mood) => {
        const changes: PlayChange[] = []
        server.play([ANN])
        const source = await started({ timeoutMs: 200 }, (change) => changes.push(change))
        const keys = keysOf(source)
        server.setMood(mood)
        await until('it fails', () => source.health().state === 'failing')
        const { problem, signIn, lastEventAt } = source.health()
        expect(problem).toMatch(/^\p{Lu}.{20,}/u)
        expect(problem).not.toContain(server.token)
        expect(signIn).toBe('accepted')
        expect(lastEventAt).not.toBeNull()
        expect(keysOf(source)).toEqual(keys)
        expect(changes.filter(({ type }) => type === 'closed')).toEqual([])
        expect(await source.end(keys[0] ?? '', 'x')).toMatchObject({ why: 'unreachable' })
        server.setMood('well')
        await until('it watches', () => source.health().state === 'watching')
        expect(source.health().problem).toBeNull()
        expect(keysOf(source)).toEqual(keys)
      },
    )

    test('a server that goes away is said, and how old the picture is', async () => {
      const source = await started()
      await server.close()
      await until('it fails', () => source.health().state === 'failing')
      await until('the picture ages', () => (source.health().lagMs ?? 0) > 50)
      expect(source.health().problem).toMatch(/could not be reached|broke off/)
    })

    test('a wrong key is said as one, and not repeated', async () => {
      const source = await started({ token: 'wrong-wrong-wrong' })
      expect(source.health()).toMatchObject({ state: 'failing', signIn: 'refused' })
      expect(source.health().problem).not.toContain('wrong-wrong')
    })

    test('an end is confirmed when the play is gone, and its reason shown', async () => {
      const changes: PlayChange[] = []
      server.play([ANN, BOB])
      const source = await started({}, (change) => changes.push(change))
      const [ann = ''] = keysOf(source)
      const answers = await Promise.all([source.end(ann, 'Too many'), source.end(ann, 'Too many')])
      expect(answers).toEqual([{ state: 'confirmed' }, { state: 'confirmed' }])
      const reason = source.capabilities.showsReason ? 'Too many' : ''
      expect(server.ended()).toEqual([{ session: 'a', reason }])
      expect(keysOf(source)).toHaveLength(1)
      const [closed] = changes.filter(({ type }) => type === 'closed')
      expect(closed?.play.endAskedAt).not.toBeNull()
    })

    test('a play that goes on was asked to end, and says so', async () => {
      server.play([{ ...ANN, isDeaf: true }])
      const source = await started({ confirmMs: 200 })
      expect(await source.end(keysOf(source)[0] ?? '', 'x')).toEqual({ state: 'asked' })
      expect(source.plays()[0]?.endAskedAt).not.toBeNull()
    })

    test('an end is refused: over, not allowed, without a session id, not started', async () => {
      server.play([ANN, { ...BOB, session: '' }])
      const source = await started()
      const [ann = '', bob = ''] = keysOf(source)
      expect(source.plays().map(({ canEnd }) => canEnd)).toEqual([true, false])
      expect(await source.end(bob, 'x')).toMatchObject({ why: 'not_supported' })
      server.allowEnds(false)
      expect(await source.end(ann, 'x')).toMatchObject({ state: 'refused', why: 'not_permitted' })
      server.allowEnds(true)
      server.play([])
      expect(await source.end(ann, 'x')).toMatchObject({ state: 'refused', why: 'not_playing' })
      await source.stop()
      expect(await source.end(ann, 'x')).toMatchObject({ state: 'refused', why: 'stopped' })
      expect(server.ended()).toEqual([])
    })
  })
}

/** The past of a source is accepted when it passes; every test has a server of its own. */
export function describePlayHistory(kind: string, open: () => Promise<PastServer>): void {
  describe(`the past of the source ${kind}`, () => {
    let server: PastServer
    beforeEach(async () => {
      server = await open()
    })
    afterEach(async () => {
      await server.close()
    })

    test('a wrong key is said as one', async () => {
      const source = server.source({ token: 'wrong-wrong-wrong' })
      await expect(readAll(source)).rejects.toMatchObject({ failure: { kind: 'unauthorized' } })
      await source.stop()
    })

    test('reads the past page by page, each play once, of one user or of all', async () => {
      server.remember(2500)
      const source = server.source()
      const users = (await source.history?.users()) ?? []
      expect(users.map(({ id }) => String(id))).toContain('1')
      const plays = await readAll(source)
      expect(plays).toHaveLength(2500)
      expect(new Set(plays.map(({ id }) => id)).size).toBe(2500)
      expect(plays[0]).toMatchObject({ source: source.id })
      expect(await readAll(source, { user: null, since: 0 })).toHaveLength(2500)
      const since = (plays[99]?.startedAt ?? 0) + 1
      const late = await readAll(source, { user: 1, since })
      expect(late.length).toBeGreaterThanOrEqual(99)
      expect(late.length).toBeLessThan(99 + 25)
    })

    test('a past that cannot be read is an error, not an end', async () => {
      server.remember(10)
      const source = server.source({ backoffMs: [] })
      server.setMood('garbage')
      await expect(readAll(source)).rejects.toBeInstanceOf(SourceError)
      server.setMood('well')
      expect(await readAll(source)).toHaveLength(10)
    })
  })
}
