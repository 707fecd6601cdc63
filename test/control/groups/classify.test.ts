import { describe, expect, it } from 'vitest'
import { classify, membershipConflicts, type Viewer } from '../../../control/groups/classify.ts'
import { loadNetworks } from '../../../control/groups/network-texts.ts'
import { buildPrefixIndex } from '../../../control/groups/prefix-index.ts'

const groups = [
  { id: 'home', countries: [], accounts: [], isDefault: false },
  { id: 'inland', countries: ['DE', 'AT'], accounts: [], isDefault: false },
  { id: 'gold', countries: [], accounts: ['17'], isDefault: false },
  { id: 'guests', countries: ['AT'], accounts: ['17'], isDefault: true },
]
const loaded = await loadNetworks(
  [
    { id: 'home', networks: ['192.168/16', '2001:db8::/32'] },
    { id: 'gold', networks: ['192.168.7.7'] },
  ],
  '/nowhere',
)
const classifier = { networks: await buildPrefixIndex(loaded.groups), groups }
const of = (viewer: Partial<Viewer>) =>
  classify({ address: '198.51.100.1', country: null, account: null, ...viewer }, classifier)
const account = (group: string | null, id = '17') => ({ id, name: 'Anna', group })

describe('classify', () => {
  it.each<[string, Partial<Viewer>, string, string, string]>([
    ['a network', { address: '192.168.1.1' }, 'home', 'network', 'network 192.168/16'],
    [
      'a mapped address',
      { address: '::ffff:192.168.1.1' },
      'home',
      'network',
      'network 192.168/16',
    ],
    ['IPv6', { address: '2001:db8::1' }, 'home', 'network', 'network 2001:db8::/32'],
    ['the longest prefix', { address: '192.168.7.7' }, 'gold', 'network', 'network 192.168.7.7'],
    [
      'network before country',
      { address: '192.168.1.1', country: 'DE' },
      'home',
      'network',
      'network 192.168/16',
    ],
    [
      'network before account',
      { address: '192.168.1.1', account: account('gold') },
      'home',
      'network',
      'network 192.168/16',
    ],
    ['a country in any case', { country: 'De' }, 'inland', 'country', 'country DE'],
    ['the first group of a country', { country: 'AT' }, 'inland', 'country', 'country AT'],
    [
      'country before account',
      { country: 'DE', account: account('gold') },
      'inland',
      'country',
      'country DE',
    ],
    [
      'the group on the account',
      { account: account('home', '99') },
      'home',
      'account',
      'account Anna',
    ],
    ['an account a group lists', { account: account(null) }, 'gold', 'account', 'account Anna'],
    [
      'an account whose group is gone',
      { account: account('gone') },
      'gold',
      'account',
      'account Anna',
    ],
    [
      'an account no group knows',
      { account: account(null, '5') },
      'guests',
      'default',
      'default group',
    ],
    ['nothing else', {}, 'guests', 'default', 'default group'],
    ['no address at all', { address: 'junk' }, 'guests', 'default', 'default group'],
  ])('goes by %s', (...row) => {
    const [, viewer, group, wonBy, rule] = row
    expect(of(viewer)).toEqual({ group, wonBy, rule })
  })

  it('takes nobody where there is no default', () => {
    const strict = { ...classifier, groups: groups.slice(0, 3) }
    expect(classify({ address: '198.51.100.1', country: 'FR', account: null }, strict)).toBeNull()
  })

  it('names countries and accounts two groups claim', () => {
    expect(membershipConflicts(groups)).toEqual([
      'country AT is in inland and in guests; inland wins',
      'account 17 is in gold and in guests; gold wins',
    ])
  })
})
