import { defaultAsnFiles, defaultGeoFiles } from '../../control/geo/default-files.ts'
import { createGeo } from '../../control/geo/geo.ts'
import { createRandom } from '../fuzz/random.ts'
import { positive, readOptions } from '../options.ts'
import { fourthAddresses, sixthAddresses } from './addresses.ts'
import { measureRadii } from './measure.ts'

const USAGE = `usage: npm run radii -- [--files FILE]... [--cross-check FILE]... [--asn FILE]... [--sample 20000] [--seed 1]
Measures how far city files are off: by another maker's file (--cross-check), and by what a file says of neighbours.`

const values = readOptions(USAGE, {
  files: { type: 'string', multiple: true },
  'cross-check': { type: 'string', multiple: true },
  asn: { type: 'string', multiple: true },
  sample: { type: 'string' },
  seed: { type: 'string' },
})

const fail = (problem: { readonly path: string; readonly reason: string }): never => {
  console.error(`Error: ${problem.path}: ${problem.reason}`)
  process.exit(2)
}

const random = createRandom(positive(values.seed, 1), 0)
const draw = () => random.next()

const asnFiles = values.asn ?? defaultAsnFiles()
const geo = await createGeo({ files: values.files ?? defaultGeoFiles(), asnFiles, onProblem: fail })
const others = values['cross-check'] ?? []
const other = others.length === 0 ? null : await createGeo({ files: others, onProblem: fail })

const tables = {
  network: (address: string) => geo.network(address),
  place: (address: string) => geo.place(address),
  other: other === null ? undefined : (address: string) => other.place(address),
}
const sample = positive(values.sample, 20_000)
let isCompared = other === null
console.log(
  '| compared | network | addresses | half within | three quarters | nine tenths |\n|---|---|---|---|---|---|',
)
for (const [version, addresses] of [
  ['IPv4', fourthAddresses(sample, draw)],
  ['IPv6', sixthAddresses(sample, asnFiles, draw)],
] as const)
  for (const row of measureRadii(addresses, tables, draw)) {
    isCompared ||= !row.comparison.startsWith('one ')
    const km = [row.median, row.threeQuarters, row.nineTenths].map((it) => `${Math.round(it)} km`)
    console.log(`| ${[`${version}, ${row.comparison}`, row.kind, row.count, ...km].join(' | ')} |`)
  }
geo.stop()
other?.stop()
if (!isCompared) {
  console.error('Error: the files of --cross-check know the position of none of these addresses')
  process.exit(2)
}
