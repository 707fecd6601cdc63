import { hash } from 'node:crypto'
import type { PlayRecord } from '#domain/types'
import { deviceClass, deviceClassName } from './device-class.ts'
import { endOf } from './normalise.ts'
import type { Evidence, Finding, FindingKind, SessionEvidence, Severity } from './types.ts'

/** The part of a finding that only its detector knows; `createFinding` adds the plays. */
export interface FindingDraft {
  readonly kind: FindingKind
  readonly severity: Severity
  readonly confidence: number
  readonly summary: string
  readonly evidence?: Omit<Evidence, 'sessions'>
}

/** City (or region) and country of a play for summaries; `null` where neither is known. */
export const placeName = (play: PlayRecord): string | null => {
  if (play.isLan) return "the server's own network"
  const parts = [play.city ?? play.region, play.country].filter((p) => p !== null && p !== '')
  return parts.length === 0 ? null : parts.join(', ')
}

/** The same with the radius within which the viewer is: "Lyon, FR (± 25 km)". */
export const placeWithRadius = (play: PlayRecord): string => {
  const name = placeName(play) ?? 'a place without a name'
  return play.isLan || play.accuracyKm === null
    ? name
    : `${name} (± ${Math.round(play.accuracyKm)} km)`
}

/** Class and client of a play's device for summaries: "television (Plex for LG)". */
export const deviceName = (play: PlayRecord): string => {
  const name = play.client ?? play.platform
  const kind = deviceClassName(deviceClass(play))
  return name === null ? kind : `${kind} (${name})`
}

const sessionOf = (play: PlayRecord): SessionEvidence => ({
  playId: play.id,
  device: play.device,
  deviceName: deviceName(play),
  network: play.network,
  place: placeName(play),
  country: play.country,
  latitude: play.latitude,
  longitude: play.longitude,
  accuracyKm: play.accuracyKm,
  startedAt: play.startedAt,
  endedAt: endOf(play),
})

/**
 * Builds a finding about `event` and the plays it was compared with. The id is derived from the plays, so that
 * judging them again gives the same finding; the confidence is rounded and clamped to 0..100.
 */
export const createFinding = (
  event: PlayRecord,
  others: readonly PlayRecord[],
  draft: FindingDraft,
): Finding => {
  const plays = [...others, event]
  const names = plays.map((p) => `${p.source} ${p.id}`).sort()
  const id = hash('sha256', [draft.kind, event.account, ...names].join('\n'))
  return {
    id: id.slice(0, 24),
    kind: draft.kind,
    account: event.account,
    severity: draft.severity,
    confidence: Math.round(Math.min(100, Math.max(0, draft.confidence))),
    at: event.startedAt,
    summary: draft.summary,
    evidence: { ...draft.evidence, sessions: plays.map(sessionOf) },
  }
}

const MINUTE_MS = 60_000

/** A duration in milliseconds as text: "17 minutes", "2 hours 5 minutes", "3 days". */
export const durationText = (ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / MINUTE_MS))
  const say = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`
  if (minutes < 60) return say(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return say(Math.round(hours / 24), 'day')
  return minutes % 60 === 0
    ? say(hours, 'hour')
    : `${say(hours, 'hour')} ${say(minutes % 60, 'minute')}`
}
