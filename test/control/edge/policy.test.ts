import { expect, test } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import { buildPolicy } from '../../../control/edge/policy.ts'

test.each([
  [5, 5],
  [30, 30],
  [600, 120],
])(
  'at an idle time of %i s, an edge alone gives leases of %i s: what it reports is never later than the silence that gives a slot back',
  (idle, lease) => {
    const { config } = parseConfig(`clocks: { idle_sec: ${idle} }`, '/etc/gatehouse.yaml')
    expect(buildPolicy(config, new Map()).graceLeaseSec).toBe(lease)
  },
)
