import { contains, parseAddress, parseNetwork } from '#domain/networks/network'

/** Whether an address lies in one of the networks a configuration names as home; texts that cannot be read are left out. */
export const createIsHome = (texts: readonly string[]): ((address: string) => boolean) => {
  const networks = texts.flatMap((text) => {
    const parsed = parseNetwork(text)
    return parsed.ok ? parsed.networks : []
  })
  return (text) => {
    const address = parseAddress(text)
    return address !== null && networks.some((network) => contains(network, address))
  }
}
