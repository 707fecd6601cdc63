import pg from 'pg'
import { afterAll } from 'vitest'
import { openStore } from '../../control/store/store.ts'
import type { TestPostgres } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { describeStore } from './store-contract.ts'

let server: Promise<TestPostgres> | undefined
let databases = 0

afterAll(async () => (await server)?.stop())

describeStore('PostgreSQL', async () => {
  server ??= startPostgres()
  const { url } = await server
  databases += 1
  const name = `contract_${databases}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create database ${name}`)
  await admin.end()
  const store = await openStore({ url: url.replace(/\/postgres$/, `/${name}`) })
  return { store, remove: () => store.close() }
})
