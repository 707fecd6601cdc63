import type { Crypto } from '../credentials/crypto.ts'
import { KEY_LENGTH } from './lease.ts'

/** What a device id is derived from. */
export interface DeviceTraits {
  readonly account: string
  readonly network: string
  /** Family of the player. */
  readonly family: string
  /** `X-Playback-Session-Id`, where the player sends one. */
  readonly playback: string | null
}

/** Stable id of a device: 16 base64url characters of a SHA-256 of its traits. */
export const deviceId = (crypto: Crypto, traits: DeviceTraits): string => {
  const { account, network, family, playback } = traits
  return crypto.sha256(`${account}\0${network}\0${family}\0${playback ?? ''}`).slice(0, KEY_LENGTH)
}
