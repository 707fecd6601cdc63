import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ACTIONS } from '../../control/detect/rules/rule-schema.ts'
import { FINDING_KINDS, type Finding } from '../../control/detect/types.ts'
import type { FindingNotice, Notice, Stream } from '../../control/notify/model/notice.ts'
import type { Message, Notifier } from '../../control/notify/model/notifier.ts'
import { OUTCOMES } from '../../control/notify/model/outcome.ts'

/** A notifier and what arrived at the far end of its channel, whole messages in the order they came. */
export interface TestChannel {
  readonly notifier: Notifier
  messages(): Promise<readonly string[]>
  remove(): Promise<void>
}

interface NoticeChanges extends Partial<Omit<FindingNotice, 'finding' | 'step'>> {
  readonly finding?: Partial<Finding>
  readonly action?: (typeof ACTIONS)[number]
}

/** A stream with every field set. */
export const stream = (n: number, changes: Partial<Stream> = {}): Stream => ({
  who: `Viewer ${n}`,
  what: `Film ${n}`,
  where: n % 2 === 0 ? 'Sydney, AU' : 'Lyon, FR',
  device: `television ${n}`,
  address: `203.0.113.${n}`,
  source: 'edge:edge-1',
  startedAt: Date.parse('2026-11-20T17:30:00Z'),
  endedAt: null,
  state: 'playing',
  ...changes,
})

/** A notice with every field set; ids and sentences differ by number. */
export const notice = (
  n: number,
  { finding, action, ...changes }: NoticeChanges = {},
): FindingNotice => ({
  about: 'finding',
  accountName: null,
  streams: [],
  id: `finding-${n}`,
  rule: `rule-${n}`,
  step: {
    do: action ?? 'notify',
    from_finding: 1,
    streams: 1,
    minutes: 60,
    target: 'account',
    message: '',
  },
  outcome: 'done',
  ...changes,
  finding: {
    id: `seen-${n}`,
    kind: 'simultaneous_places',
    account: `own:viewer-${n}`,
    severity: 'high',
    confidence: 87,
    at: Date.parse('2026-11-20T18:30:00Z'),
    summary: `Viewer ${n} plays in Lyon and in Sydney at the same time.`,
    evidence: { sessions: [] },
    ...finding,
  },
})

/** What a channel sends of notices; `id` is theirs. */
export const messageOf = (notices: readonly Notice[], changes: Partial<Message> = {}): Message => ({
  id: notices.map(({ id }) => id).join('-'),
  kind: 'notices',
  at: Date.parse('2026-11-20T18:31:00Z'),
  until: null,
  notices,
  ...changes,
})

/** Remembers parts as the outbox does. */
export const progressFrom = (done: readonly string[] = []) => {
  const parts = new Set(done)
  return {
    parts,
    isDone: (part: string) => parts.has(part),
    done: (part: string) => Promise.resolve(void parts.add(part)),
  }
}

const HARD_TEXTS = {
  'line breaks': 'one\ntwo\r\nthree',
  quotes: `"double" 'single' \`back\` \\ {"json": true}`,
  markup: '<b>bold</b> *stars* _lines_ [link](http://example.org) @everyone #channel',
  'other scripts': 'Москва — 東京 — القاهرة',
  'a control character': 'bell \u0007 and escape \u001b[31m',
  'a long sentence': `${'Lyon and '.repeat(400)}Sydney.`,
}

/** Words of a text that every channel must carry, however it escapes the rest. */
const wordsOf = (text: string): string[] => text.match(/\p{L}{4,}/gu)?.slice(0, 20) ?? []

/** A notifier is accepted when it passes; every test has a channel of its own. */
export function describeNotifier(kind: string, open: () => Promise<TestChannel>): void {
  describe(`the notifier ${kind}`, () => {
    let channel: TestChannel
    beforeEach(async () => {
      channel = await open()
    })
    afterEach(() => channel.remove())

    const send = (...notices: Notice[]) => channel.notifier.send(messageOf(notices), progressFrom())
    const sent = async (...notices: Notice[]): Promise<readonly string[]> => {
      for (const one of notices) await send(one)
      return await channel.messages()
    }

    test('says who, what, how sure, by which rule and what came of it, in one message', async () => {
      const [message, ...others] = await sent(notice(1))
      expect(others).toEqual([])
      for (const part of ['own:viewer-1', 'simultaneous_places', 'high', '87', 'rule-1', 'done'])
        expect(message).toContain(part)
      expect(message).toContain('Viewer 1 plays in Lyon and in Sydney at the same time.')
    })

    test('sends notices one by one in the order they were given', async () => {
      const messages = await sent(notice(1), notice(2), notice(3))
      expect(messages.map((text) => /viewer-\d/.exec(text)?.[0])).toEqual([
        'viewer-1',
        'viewer-2',
        'viewer-3',
      ])
    })

    test('sends each of many at once, once', async () => {
      const notices = Array.from({ length: 100 }, (_, n) => notice(n))
      await Promise.all(notices.map((one) => send(one)))
      const messages = await channel.messages()
      expect(messages).toHaveLength(100)
      for (const { finding } of notices)
        expect(messages.filter((text) => text.includes(finding.summary))).toHaveLength(1)
    })

    test('has words for every kind of finding, action and outcome', async () => {
      const notices = [
        ...FINDING_KINDS.map((found) => notice(1, { finding: { kind: found } })),
        ...ACTIONS.map((action) => notice(1, { action })),
        ...OUTCOMES.map((outcome) => notice(1, { outcome })),
      ]
      const messages = await sent(...notices)
      expect(messages).toHaveLength(notices.length)
      for (const [n, { finding, step, outcome }] of notices.entries())
        for (const word of [finding.kind, step.do, outcome]) expect(messages[n]).toContain(word)
    })

    test.each(Object.entries(HARD_TEXTS))('%s stay within one message', async (_, summary) => {
      const messages = await sent(notice(1, { finding: { summary } }), notice(2))
      expect(messages).toHaveLength(2)
      for (const word of wordsOf(summary)) expect(messages[0]).toContain(word)
      expect(messages[1]).toContain('own:viewer-2')
    })

    test('several notices are one message that says all of each', async () => {
      const notices = [notice(1), notice(2), notice(3)]
      await send(...notices)
      const all = (await channel.messages()).join('\n')
      for (const { finding, rule } of notices) {
        expect(all).toContain(finding.summary)
        expect(all).toContain(rule)
      }
    })

    test('a second close changes nothing', async () => {
      await send(notice(1))
      await channel.notifier.close()
      await channel.notifier.close()
      expect(await channel.messages()).toHaveLength(1)
    })
  })
}
