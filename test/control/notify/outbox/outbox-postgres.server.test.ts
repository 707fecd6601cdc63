import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { openStore } from '../../../../control/store/store.ts'
import { describeOutbox } from '../../../contract/outbox-contract.ts'
import { startPostgres, type TestPostgres } from '../../../support/programs/postgres.ts'

let server: TestPostgres
let made = 0
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

describeOutbox('PostgreSQL', async () => {
  made += 1
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query(`create database outbox_${made}`)
  await admin.end()
  const store = await openStore({ url: server.url.replace(/\/postgres$/, `/outbox_${made}`) })
  return { store, remove: () => store.close() }
})
