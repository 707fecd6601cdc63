import type { AlarmEvent } from '../../config/schema/events.ts'
import { ALARM_EVENTS } from '../../config/schema/events.ts'
import { FINDING_KINDS, type Finding } from '../../detect/types.ts'
import type { Notice, Stream } from '../model/notice.ts'
import type { Message } from '../model/notifier.ts'

const MINUTE_MS = 60_000

const streamsAt = (at: number): Stream[] => [
  {
    who: 'Example Household',
    what: 'Example Channel',
    where: 'Lyon, FR',
    device: 'television (ExampleTV)',
    address: '192.0.2.10',
    source: 'edge:edge-1',
    startedAt: at - 60 * MINUTE_MS,
    endedAt: null,
    state: 'playing',
  },
  {
    who: 'Example Household',
    what: 'Example Film',
    where: 'Sydney, AU',
    device: 'phone (Example Player)',
    address: '198.51.100.20',
    source: 'edge:edge-1',
    startedAt: at - 25 * MINUTE_MS,
    endedAt: null,
    state: 'playing',
  },
]

const findingAt = (kind: Finding['kind'], at: number): Finding => ({
  id: 'example',
  kind,
  account: 'own:example',
  severity: 'high',
  confidence: 87,
  at,
  summary: `This is an example of ${kind}: nobody did anything.`,
  evidence: {
    sessions: streamsAt(at).map(({ where, startedAt }, n) => ({
      playId: String(n),
      device: null,
      deviceName: null,
      network: null,
      place: where,
      country: null,
      latitude: null,
      longitude: null,
      accuracyKm: null,
      startedAt,
      endedAt: at,
    })),
    count: 3,
    limit: 2,
    distanceKm: 16_900,
    overlapMs: 25 * MINUTE_MS,
    elapsedMs: 25 * MINUTE_MS,
    windowMs: 1440 * MINUTE_MS,
    countries: ['AU'],
  },
})

const isAlarm = (event: string): event is AlarmEvent => ALARM_EVENTS.some((one) => one === event)

const noticeOf = (event: string, subject: string, at: number): Notice => {
  if (isAlarm(event)) {
    const about = { about: 'alarm', id: `example-${at}`, event, severity: 'low' } as const
    return { ...about, at, subject, detail: null }
  }
  const kind = FINDING_KINDS.find((one) => `finding.${one}` === event) ?? 'simultaneous_places'
  return {
    about: 'finding',
    id: 'example',
    rule: 'example-rule',
    finding: findingAt(kind, at),
    accountName: 'Example Household',
    step: { do: 'end', from_finding: 1, streams: 1, minutes: 60, target: 'account', message: '' },
    outcome: 'dry_run',
    streams: streamsAt(at),
  }
}

/** A message about something that did not happen: for previews, and with the event `test` for tests. */
export const exampleMessage = (event: string, subject: string, at: number): Message => ({
  id: `example-${at}`,
  kind: 'notices',
  at,
  until: null,
  notices: [noticeOf(event, subject, at)],
})
