import { describe, expect, it } from 'vitest'
import { inspectImpossibleTravel } from '../../../../control/detect/detectors/impossible-travel.ts'
import { inspectSimultaneousPlaces } from '../../../../control/detect/detectors/simultaneous-places.ts'
import { HOUR, MINUTE, play } from '../play-builder.ts'

const travel = {
  window_hours: 24,
  max_speed_kmh: 900,
  min_distance_km: 100,
  ignore_same_device: true,
  ignore_hosting: true,
}
const together = {
  window_hours: 24,
  min_distance_km: 100,
  min_overlap_minutes: 10,
  ignore_hosting: true,
}
const OTHER = { place: 'bordeaux', network: '198.51.100.9' } as const
const VPN = { asn: 9009, asnOrg: 'M247 Europe SRL' }

describe('impossible travel', () => {
  const from = play({ minutes: 60 })

  it('is found where nobody can travel so fast, with everything to check it', () => {
    const to = play({ ...OTHER, at: 80 * MINUTE })
    const finding = inspectImpossibleTravel(to, [from], travel)
    expect(finding).toMatchObject({
      kind: 'impossible_travel',
      account: 'own:1',
      at: to.startedAt,
      evidence: {
        elapsedMs: 20 * MINUTE,
        limit: 900,
        sessions: [
          { playId: from.id, place: 'Lyon, FR', network: '192.0.2.1', accuracyKm: 25 },
          { playId: to.id, place: 'Bordeaux, FR', network: '198.51.100.9' },
        ],
      },
    })
    expect(finding?.evidence.distanceKm).toBeCloseTo(436, -1)
    expect(finding?.evidence.leastDistanceKm).toBeCloseTo(386, -1)
    expect(finding?.summary).toMatch(
      /^The television \(Plex for LG\) stopped in Lyon, FR \(± 25 km\) and the television .* started in Bordeaux, FR \(± 25 km\), 43\d km away, 20 minutes later, at least 1\d{3} km\/h\. Cleared by feedback that 192\.0\.2\.1 or 198\.51\.100\.9 is home, or fine as a VPN of the viewer's own\.$/,
    )
  })

  it('measures from the end of the play before, not from its start', () => {
    const film = play({ minutes: 180 })
    const next = play({ ...OTHER, at: 190 * MINUTE })
    expect(inspectImpossibleTravel(next, [film], travel)).not.toBeNull()
    const short = play({ minutes: 60 })
    expect(inspectImpossibleTravel(next, [short], travel)).toBeNull()
  })

  it('waits for the end of a play that may still run', () => {
    const running = play({ minutes: 60, with: { endedAt: null } })
    const soon = play({ ...OTHER, at: 63 * MINUTE })
    expect(inspectImpossibleTravel(soon, [running], travel)).toBeNull()
    const ended = { ...running, endedAt: running.lastSeenAt }
    expect(inspectImpossibleTravel(soon, [ended], travel)).not.toBeNull()
    const muchLater = play({ ...OTHER, at: 70 * MINUTE })
    expect(inspectImpossibleTravel(muchLater, [running], travel)).not.toBeNull()
  })

  it('is not reset by a play on the LAN', () => {
    const lan = play({ at: 62 * MINUTE, minutes: 5, network: '10.0.0.2', with: { isLan: true } })
    const to = play({ ...OTHER, at: 80 * MINUTE })
    expect(inspectImpossibleTravel(to, [from, lan], travel)).not.toBeNull()
  })

  it('compares with the last located play, not with one before', () => {
    const lastly = play({ ...OTHER, at: 9 * HOUR })
    const back = play({ ...OTHER, at: 11 * HOUR, device: 'phone' })
    expect(inspectImpossibleTravel(back, [from, lastly], travel)).toBeNull()
  })

  it.each([
    ['same network key', { network: '192.0.2.1', place: 'bordeaux' }],
    ['unknown coordinates', { ...OTHER, with: { latitude: null, longitude: null } }],
    ['the country alone', { ...OTHER, with: { accuracyKm: null } }],
    ['within the accuracy', { ...OTHER, with: { accuracyKm: 330 } }],
    ['a neighbouring town', { place: 'villeurbanne', network: '198.51.100.9' }],
    ['the LAN', { network: '10.0.0.9', place: 'bordeaux', with: { isLan: true } }],
    ['a relay', { network: '127.0.0.1', place: 'bordeaux' }],
    ['one device that jumps', { ...OTHER, device: 'television lyon' }],
    ['a data centre', { ...OTHER, with: VPN }],
    ['another clock', { ...OTHER, with: { source: 'edge:a' } }],
  ] as const)('says nothing: %s', (_name, told) => {
    const to = play({ at: 80 * MINUTE, ...told })
    expect(inspectImpossibleTravel(to, [from], travel)).toBeNull()
  })

  it('takes zero for a coordinate', () => {
    const island = play({ with: { latitude: 0, longitude: 0 } })
    const to = play({ ...OTHER, at: 80 * MINUTE })
    expect(inspectImpossibleTravel(to, [island], travel)).not.toBeNull()
  })

  it('obeys its preset', () => {
    const to = play({ ...OTHER, at: 60 * MINUTE + 40 * MINUTE })
    expect(inspectImpossibleTravel(to, [from], travel)).toBeNull()
    expect(inspectImpossibleTravel(to, [from], { ...travel, max_speed_kmh: 500 })).not.toBeNull()
  })

  it('says how far two clocks may differ, which the speed allows for', () => {
    const to = play({ ...OTHER, at: 80 * MINUTE, with: { source: 'edge:a' } })
    const slow = { ...travel, max_speed_kmh: 100 }
    const evidence = inspectImpossibleTravel(to, [from], slow)?.evidence ?? expect.unreachable()
    const { leastDistanceKm = 0, elapsedMs = 0, clockSlackMs = 0, speedKmh } = evidence
    expect([elapsedMs, clockSlackMs]).toEqual([20 * MINUTE, 65 * MINUTE])
    expect(speedKmh).toBeCloseTo(leastDistanceKm / ((elapsedMs + clockSlackMs) / (60 * MINUTE)), 6)
  })

  it('has a finite speed in its evidence even where there was no time at all', () => {
    const to = play({ ...OTHER, at: 60 * MINUTE })
    const finding = inspectImpossibleTravel(to, [from], travel)
    expect(Number.isFinite(finding?.evidence.speedKmh)).toBe(true)
  })
})

describe('simultaneous places', () => {
  const home = play({ minutes: 60 })

  it('are found with the time both played', () => {
    const away = play({ ...OTHER, at: 20 * MINUTE, minutes: 60 })
    expect(inspectSimultaneousPlaces(away, [home], together)).toMatchObject({
      kind: 'simultaneous_places',
      evidence: { overlapMs: 40 * MINUTE, limit: 100 },
      summary: expect.stringMatching(
        /in Lyon, FR \(± 25 km\) and .* in Bordeaux, FR \(± 25 km\), .* played at the same time for 40 minutes/,
      ),
    })
  })

  it('show the pair that overlaps most', () => {
    const longer = play({ minutes: 75, device: 'second set' })
    const away = play({ ...OTHER, at: 20 * MINUTE, minutes: 90 })
    const finding = inspectSimultaneousPlaces(away, [home, longer], together)
    expect(finding?.evidence.sessions[0]?.playId).toBe(longer.id)
  })

  it.each([
    ['touching plays', { ...OTHER, at: 60 * MINUTE }],
    ['a hand-over', { ...OTHER, at: 55 * MINUTE }],
    ['a zero-length play', { ...OTHER, at: 20 * MINUTE, minutes: 0 }],
    ['one device', { ...OTHER, at: 20 * MINUTE, device: 'television lyon' }],
    ['one network', { place: 'bordeaux', at: 20 * MINUTE, device: 'phone' }],
    ['a neighbouring town', { place: 'villeurbanne', network: '198.51.100.9', at: 20 * MINUTE }],
    ['a data centre', { ...OTHER, at: 20 * MINUTE, with: VPN }],
    ['nowhere', { place: 'nowhere', network: '198.51.100.9', at: 20 * MINUTE }],
  ] as const)('are none: %s', (_name, told) => {
    expect(inspectSimultaneousPlaces(play(told), [home], together)).toBeNull()
  })

  it('leave out a set that plays on while its viewer sleeps', () => {
    const asleep = play({ minutes: 600 })
    const phone = play({ ...OTHER, at: 300 * MINUTE, player: 'phone' })
    expect(inspectSimultaneousPlaces(phone, [asleep], together)).toBeNull()
  })

  it('leave out the pause at the end', () => {
    const paused = play({ minutes: 60, with: { playedMs: 15 * MINUTE } })
    const phone = play({ ...OTHER, at: 20 * MINUTE, player: 'phone' })
    expect(inspectSimultaneousPlaces(phone, [paused], together)).toBeNull()
  })
})
