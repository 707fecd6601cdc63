/** One play of a finding's evidence, as detection recorded it; older findings have no position. */
export interface SeenPlay {
  readonly playId: string
  readonly deviceName: string | null
  readonly network: string | null
  readonly place: string | null
  readonly country: string | null
  readonly latitude?: number | null
  readonly longitude?: number | null
  readonly accuracyKm: number | null
  readonly startedAt: number
  readonly endedAt: number | null
}

const isSeen = (value: unknown): value is SeenPlay =>
  typeof value === 'object' && value !== null && 'playId' in value && 'startedAt' in value

/** The plays of a finding's evidence. */
export const seenIn = (evidence: unknown): SeenPlay[] => {
  const sessions: unknown =
    typeof evidence === 'object' && evidence !== null && 'sessions' in evidence
      ? evidence.sessions
      : []
  return Array.isArray(sessions) ? sessions.filter(isSeen) : []
}
