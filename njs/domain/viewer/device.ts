import type { Crypto } from '../credentials/crypto.ts'
import { KEY_LENGTH } from './lease.ts'
import { userAgentFamily } from './user-agent.ts'

/** What a device id is derived from. */
export interface DeviceTraits {
  readonly account: string
  readonly network: string
  readonly userAgent: string
  /** `X-Playback-Session-Id`, where the player sends one. */
  readonly playback: string | null
}

/** Stable id of a device, 16 characters. */
export const deviceId = (crypto: Crypto, traits: DeviceTraits): string => {
  const family = userAgentFamily(traits.userAgent)
  const parts = [traits.account, traits.network, family, traits.playback ?? '']
  return crypto.sha256(parts.join('\0')).slice(0, KEY_LENGTH)
}
