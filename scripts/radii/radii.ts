import { defaultAsnFiles, defaultGeoFiles } from '../../control/geo/default-files.ts'
import { createGeo } from '../../control/geo/geo.ts'
import { createRandom } from '../fuzz/random.ts'
import { positive, readOptions } from '../options.ts'
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
const addresses = function* (count: number): Generator<string> {
  for (let i = 0; i < count; i += 1)
    yield [1 + random.below(223), random.below(256), random.below(256), random.below(256)].join('.')
}

const asnFiles = values.asn ?? defaultAsnFiles()
const geo = await createGeo({ files: values.files ?? defaultGeoFiles(), asnFiles, onProblem: fail })
const others = values['cross-check'] ?? []
const other = others.length === 0 ? null : await createGeo({ files: others, onProblem: fail })

const rows = measureRadii(
  addresses(positive(values.sample, 20_000)),
  {
    network: (address) => geo.network(address),
    place: (address) => geo.place(address),
    other: other === null ? undefined : (address) => other.place(address),
  },
  () => random.next(),
)
console.log(
  '| compared | network | addresses | half within | three quarters | nine tenths |\n|---|---|---|---|---|---|',
)
for (const { comparison, kind, count, median, threeQuarters, nineTenths } of rows) {
  const km = [median, threeQuarters, nineTenths].map((value) => `${Math.round(value)} km`)
  console.log(`| ${[comparison, kind, count, ...km].join(' | ')} |`)
}
geo.stop()
other?.stop()
