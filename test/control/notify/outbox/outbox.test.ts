import { join } from 'node:path'
import { openStore } from '../../../../control/store/store.ts'
import { describeOutbox } from '../../../contract/outbox-contract.ts'
import { tempDir } from '../../../support/cleanup.ts'

describeOutbox('DuckDB', async () => {
  const folder = await tempDir()
  const store = await openStore({ url: join(folder.path, 'x.duckdb') })
  return {
    store,
    remove: async () => {
      await store.close()
      await folder.remove()
    },
  }
})
