import { type AccountPlays, backtest } from '../../control/detect/judge/backtest.ts'
import { defaultRules, parseRules } from '../../control/detect/rules/rules.ts'
import { positive, readOptions } from '../options.ts'
import { accountPlays, MADE_UNTIL } from './detection/made-accounts.ts'

const USAGE = 'usage: npm run bench:backtest -- [--accounts 5000] [--plays 200] [--days 60]'

const values = readOptions(USAGE, {
  accounts: { type: 'string' },
  plays: { type: 'string' },
  days: { type: 'string' },
})
const accounts = positive(values.accounts, 5000)
const plays = positive(values.plays, 200)
const days = positive(values.days, 60)

function* history(): Generator<AccountPlays> {
  for (let i = 0; i < accounts; i += 1) {
    yield { account: `own:${i}`, name: null, plays: accountPlays(i, plays, days) }
  }
}

const geo = parseRules([
  { id: 'geo', kind: 'geo_restriction', params: { mode: 'block', countries: ['IT'] } },
])
const rules = [...defaultRules(), ...(geo.ok ? geo.rules : [])]
const all = [...history()]
const started = performance.now()
const result = await backtest(all, { rules, now: MADE_UNTIL, days })
const seconds = (performance.now() - started) / 1000
console.log(
  `${result.plays} plays of ${result.accounts} accounts, ${rules.length} rules: ${seconds.toFixed(1)} s`,
)
for (const { rule, findings, accounts: whom } of result.rules) {
  console.log(`  ${rule.padEnd(20)} ${findings} findings of ${whom} accounts`)
}
console.log(`memory ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`)
