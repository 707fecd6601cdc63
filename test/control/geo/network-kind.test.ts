import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultAsnFiles } from '../../../control/geo/default-files.ts'
import { createGeo, type Geo } from '../../../control/geo/geo.ts'
import { networkKind } from '../../../control/geo/network-kind.ts'
import { textOf } from './text-of-number.ts'

let geo: Geo
/** The first address of each system. */
const firstOf = new Map<number, string>()

beforeAll(async () => {
  const [path] = defaultAsnFiles()
  geo = await createGeo({
    files: [],
    asnFiles: [path],
    onProblem: ({ reason }) => expect.fail(reason),
  })
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [first = '', , asn = ''] = line.split(',')
    if (!firstOf.has(Number(asn))) firstOf.set(Number(asn), first)
  }
})
afterAll(() => geo.stop())

// What these systems are is public: registries, PeeringDB, the providers' own pages.
test.each([
  [
    'data centre',
    [
      47_583, 36_352, 57_043, 43_350, 19_318, 33_070, 15_395, 46_606, 23_470, 62_904, 58_061,
      24_961, 22_612, 61_157, 50_673, 202_053, 46_844, 24_940, 16_276, 14_061, 9_009, 212_238,
    ],
  ],
  [
    'mobile',
    [20_057, 6_167, 22_394, 21_928, 31_133, 16_345, 206_067, 44_034, 37_168, 9_605, 23_693, 26_615],
  ],
  // Access providers whose names have a part that others have, and those with lines and mobile networks under one name.
  ['fixed', [3_215, 3_320, 3_209, 12_714, 8_437, 37_611, 39_834, 8_422, 17_488, 7_922, 8_359]],
] as const)('%s: systems of the table that comes along', (kind, systems) => {
  const found = systems.map((asn) => {
    const owner = geo.network(textOf(BigInt(firstOf.get(asn) ?? '0'), 4))
    return [owner?.asn, owner?.org, networkKind(owner?.org ?? null, owner?.asn ?? null)]
  })
  expect(found.filter(([, , told]) => told !== kind)).toEqual([])
  expect(found.map(([asn]) => asn)).toEqual(systems)
})

test('a name alone tells a provider wherever the word stands in it', () => {
  for (const name of ['"Xserver Inc."', 'FREAKHOSTING LTD', 'BlueVPS OU', 'UpCloud Ltd', 'zColo'])
    expect(networkKind(name), name).toBe('data centre')
  for (const name of [
    'Colorado State University',
    'CABLECOLOR S.A.',
    'FIBERHOST S.A.',
    'Datacom Ltd',
  ])
    expect(networkKind(name), name).toBe('fixed')
})
