import { join } from 'node:path'
import { openStore } from '../../../../control/store/store.ts'
import { describeStore } from '../../../contract/store-contract.ts'
import { tempDir } from '../../../support/cleanup.ts'

describeStore('DuckDB', async () => {
  const folder = await tempDir()
  const store = await openStore({ url: `duckdb:${join(folder.path, 'state/gatehouse.duckdb')}` })
  return {
    store,
    async remove() {
      await store.close()
      await folder.remove()
    },
  }
})
