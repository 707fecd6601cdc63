import { parseAddress } from '#domain/networks/network'
import { compileNetworks, findNetwork } from '#domain/rules/rule-networks'
import { isSameSecret } from '../accounts/secrets.ts'

export interface HookTrust {
  /** Networks that may call; none listed = only this machine, or callers with the secret. */
  readonly allow: readonly string[]
  readonly secret: string | null
}

const THIS_MACHINE = ['127.0.0.0/8', '::1']

/**
 * Authorises callers of the hooks: listed networks, callers with the secret, and where neither is
 * set this machine alone.
 */
export const createHookTrust = ({ allow, secret }: HookTrust) => {
  const { index } = compileNetworks(allow)
  const here = compileNetworks(THIS_MACHINE).index
  return (address: string, presented: string | null): boolean => {
    const parsed = parseAddress(address)
    // An empty secret is one that everybody knows.
    if (parsed === null || secret === '') return false
    if (secret !== null && (presented === null || !isSameSecret(secret, presented))) return false
    if (allow.length > 0) return findNetwork(index, parsed) >= 0
    return secret !== null || findNetwork(here, parsed) >= 0
  }
}
