import { expect, it } from 'vitest'
import { parseAsnTable } from '../../../control/geo/asn-table.ts'

it('an address is looked up as the table has it', () => {
  const table = parseAsnTable(
    '{"1.2.3.4": {"asn": 1221, "org": "Telstra"}, "1.2.3.5": {"asn": "AS42"}, "1.2.3.6": 7}',
  )
  expect(table?.('1.2.3.4')).toEqual({ asn: 1221, org: 'Telstra' })
  expect(table?.('1.2.3.5')).toEqual({ asn: 42, org: null })
  expect(table?.('1.2.3.6')).toBeNull()
  expect(table?.('9.9.9.9')).toBeNull()
  expect(table?.('toString')).toBeNull()
})

it.each(['', '[]', '"x"', '{"1.2.3.4":'])('%j is no table', (text) => {
  expect(parseAsnTable(text)).toBeNull()
})
