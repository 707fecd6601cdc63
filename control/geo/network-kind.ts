import { memoize } from '#domain/memoize'

/** Kinds of networks, as far as the name of the owner tells them. */
export const NETWORK_KINDS = ['fixed', 'mobile', 'data centre'] as const

export type NetworkKind = (typeof NETWORK_KINDS)[number]

// Words in names of hosting and VPN providers that names of access providers do not have.
const HOSTING = new RegExp(
  [
    String.raw`\b(?:host|hetzner|ovh|digitalocean|linode|akamai|vultr|constant company|choopa|m247|datacamp|cdn77|clouvider|leaseweb|contabo|scaleway)\b`,
    String.raw`\b(?:online s\.?a\.?s|amazon|aws|google llc|microsoft|azure|oracle|alibaba|tencent|baidu|yandex|fastly|31173|mullvad|tzulo|quadranet|psychz)\b`,
    String.raw`\b(?:colocrossing|hivelocity|data ?cent(?:er|re)s?|datacent(?:er|re)|data ?centrum|ionos|godaddy|dreamhost|netcup|worldstream|g-core|gcore)\b`,
    String.raw`\b(?:packethub|proton|ipxo|zenlayer|performive|frantech|buyvm|aeza|selectel|timeweb|stark industries|zscaler|netskope|tefincom|surfshark)\b`,
    String.raw`\b(?:windscribe|cyberghost|ipvanish|torguard|private internet access|vds|colocation)\b`,
    String.raw`\b(?:unified layer|namecheap|rackspace|rackdog|rackforest|racknerd|wowrack|nforce|reliablesite|limestone networks|sharktech|it7 networks)\b`,
    String.raw`\b(?:eonix|multacom|peg tech|xtom|velia\.net|wiit|beget|cologix|flexential|scalaxy|iomart|voxility|aurologic|combahton|ghostnet)\b`,
    // Exits of Tor.
    String.raw`\b(?:zwiebelfreunde|erneuerbare freiheit|emerald onion|applied privacy|quintex alliance|calyx institute)\b`,
    // Parts of names; not all that end in `host`, as some access providers do.
    String.raw`\b(?:[\w-]*hosting|hostinger|hostpapa|hostkey|hostdime|hostway|hosthatch|hostgator|hostwinds|hostroyale|hostopia|hostus|hostline|alexhost)\b`,
    String.raw`\b(?:maxihost|rackhost|gthost|mojohost|altushost|pebblehost|gigahost|ultahost|sprinthost|masterhost|dinahosting|hosterion|thehost)\b`,
    String.raw`\b(?:[\w-]*servers?|serverius|servercore|serverel|serverchoice|[\w-]*cloud|cloud[\w-]*|\w*vps\w*|\w*vpn|\w*colo)\b`,
  ].join('|'),
  'i',
)

// Words in names of mobile carriers that have no fixed lines under that name.
const MOBILE =
  /\b(mobile|mobil|mobility|movil|moviles|radiomovil|cellular|selular|wireless|cellco|t-mobile|vodacom|mtn|airtel|jio|lte|docomo|hi3g|vodafone idea|polkomtel|turkcell|kcell|lifecell|cell c)\b/i

/** Systems of mobile carriers whose names are those of their fixed lines too, as their registries and PeeringDB have them. */
const MOBILE_SYSTEMS: ReadonlySet<number> = new Set(
  Object.values({
    att: [20_057],
    verizon: [6_167, 22_394],
    vodafone: [25_135, 21_497, 15_897],
    o2: [35_228],
    three: [206_067, 60_339, 13_280, 25_255],
    megafon: [31_133, 25_159, 31_163, 31_195, 31_205, 31_208, 31_213, 31_224],
    beeline: [16_345, 21_299],
    windTre: [24_608],
    play: [39_603],
    irancell: [44_244],
    indosat: [4_761],
    axiata: [24_203, 10_030],
    claro: [22_085],
    vivo: [26_599],
    tim: [26_615],
  }).flat(),
)

/** Whether a name is that of a hosting or VPN provider. */
export const isHostingName = memoize((name: string): boolean => HOSTING.test(name))

/** The kind of a network by its system and the name of its owner; `fixed` where there is none. */
export const networkKind = (owner: string | null, asn: number | null = null): NetworkKind => {
  if (asn !== null && MOBILE_SYSTEMS.has(asn)) return 'mobile'
  return owner === null ? 'fixed' : kindOfName(owner)
}

const kindOfName = memoize((owner: string): NetworkKind => {
  if (isHostingName(owner)) return 'data centre'
  return MOBILE.test(owner) ? 'mobile' : 'fixed'
})
