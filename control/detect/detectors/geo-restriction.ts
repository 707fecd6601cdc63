import { createFinding, deviceName, placeWithRadius } from '../finding.ts'
import { hasNetwork } from '../guards.ts'
import type { Inspect } from '../rules/rule-types.ts'

/** A play from a country the rule forbids; LAN plays and unknown countries never match. */
export const inspectGeoRestriction: Inspect<'geo_restriction'> = (event, _recent, params) => {
  const { country } = event
  if (country === null || !hasNetwork(event)) return null
  const isListed = params.countries.some((c) => c.toUpperCase() === country)
  const isWanted = params.mode === 'allow' ? isListed : !isListed
  if (isWanted) return null
  const why = params.mode === 'allow' ? 'is not on the list' : 'is on the list'
  return createFinding(event, [], {
    kind: 'geo_restriction',
    severity: 'high',
    confidence: 10,
    summary: `The ${deviceName(event)} played in ${placeWithRadius(event)}; ${country} ${why}. Cleared by feedback that ${event.network} is home or fine, or by a rule that allows ${country}.`,
    evidence: { countries: [country] },
  })
}
