import { memoize } from '#domain/memoize'

/** Kinds of networks, as far as the name of the owner tells them. */
export const NETWORK_KINDS = ['fixed', 'mobile', 'data centre'] as const

export type NetworkKind = (typeof NETWORK_KINDS)[number]

// Words in names of hosting and VPN providers that names of access providers do not have.
const HOSTING =
  /\b(hosting|host|hetzner|ovh|digitalocean|linode|akamai|vultr|constant company|choopa|m247|datacamp|cdn77|clouvider|leaseweb|contabo|scaleway|online s\.?a\.?s|amazon|aws|google cloud|google llc|microsoft|azure|oracle|alibaba|tencent|cloudflare|fastly|31173|mullvad|tzulo|quadranet|psychz|colocrossing|hivelocity|servers?|server|data ?cent(?:er|re)s?|datacent(?:er|re)|cloud|vps|\w*vpn|colo|colocation|ionos|godaddy|dreamhost|netcup|worldstream|g-core|gcore|packethub|proton|ipxo|zenlayer|performive|hostroyale|hostwinds|buyvm|frantech|aeza|selectel|timeweb|stark industries|zscaler|netskope|tefincom|surfshark|windscribe|cyberghost|ipvanish|torguard|private internet access)\b/i

// Words in names of mobile carriers that have no fixed lines under that name.
const MOBILE =
  /\b(mobile|mobil|mobility|movil|moviles|cellular|wireless|cellco|t-mobile|vodacom|mtn|airtel|jio|lte)\b/i

/** Whether a name is that of a hosting or VPN provider. */
export const isHostingName = memoize((name: string): boolean => HOSTING.test(name))

/** The kind of a network by its owner's name; `fixed` where there is none. */
export const networkKind = (owner: string | null): NetworkKind =>
  owner === null ? 'fixed' : kindOfName(owner)

const kindOfName = memoize((owner: string): NetworkKind => {
  if (isHostingName(owner)) return 'data centre'
  return MOBILE.test(owner) ? 'mobile' : 'fixed'
})
