import type { KnownAccounts } from '../history/known-accounts.ts'
import { StoreError } from '../sql/errors.ts'
import type { Sql } from '../sql/sql.ts'
import type { Collection, TableAccess } from './collection.ts'
import { createCollection } from './collection.ts'
import { createConfigTables } from './config-tables.ts'
import { createDownloads } from './downloads.ts'
import { gatheredPuts } from './gathered-puts.ts'
import { createNoticeTables } from './notice-tables.ts'
import { createOperatorTables } from './operator-tables.ts'
import { createPeopleTables } from './people-tables.ts'
import type { Account, Token } from './records.ts'
import type {
  AccountStore,
  BanStore,
  EdgeStore,
  FeedbackStore,
  FindingStore,
  KeyStore,
  SettingStore,
  Tables,
  TokenStore,
  TrustStore,
} from './stores.ts'
import { TABLES } from './tables.ts'

/**
 * The tables over a database, or over one transaction of it. Writes reject with a `StoreError`
 * (`store.conflict`) for a name that is taken. `accused`: accounts with findings, where they are known in memory.
 */
export function createTables(sql: Sql, accused: KnownAccounts | null = null): Tables {
  return {
    accounts: createAccounts(sql),
    tokens: createTokens(sql),
    plans: createCollection(sql, TABLES.plans),
    downloads: createDownloads(sql),
    bans: createBans(sql),
    keys: createKeys(sql),
    audit: gatheredPuts(createCollection(sql, TABLES.audit)),
    settings: createSettings(sql),
    edges: createEdges(sql),
    cursors: createCollection(sql, TABLES.cursors),
    rules: createCollection(sql, TABLES.rules),
    findings: createFindings(sql, accused),
    trust: createTrust(sql),
    assessments: createCollection(sql, TABLES.assessments),
    feedback: createFeedback(sql),
    ...createNoticeTables(sql),
    ...createPeopleTables(sql),
    ...createOperatorTables(sql),
    ...createConfigTables(sql),
  }
}

function createAccounts(sql: Sql): AccountStore {
  const table = createCollection(sql, TABLES.accounts)
  const duplicates =
    'select name from accounts where name in (select unnest($1::text[])) group by name having count(*) > 1 limit 1'
  return {
    ...table,
    ...checkedPuts<Account>(sql, table, async (tx, records) => {
      const found = await tx.query(duplicates, [records.map((record) => record.name)])
      if (found[0] !== undefined) {
        throw new StoreError(
          'store.conflict',
          `an account named ${String(found[0]['name'])} exists already`,
        )
      }
    }),
    byName: (name) => table.first('name = $1', [name]),
  }
}

function createTokens(sql: Sql): TokenStore {
  const table = createCollection(sql, TABLES.tokens)
  const duplicates =
    "select 1 as one from tokens where kind = 'token' and hash in (select unnest($1::text[])) group by hash having count(*) > 1" +
    " union all select 1 as one from tokens where kind = 'xtream' and revoked_at is null and username in (select unnest($2::text[])) group by username having count(*) > 1"
  return {
    ...table,
    ...checkedPuts<Token>(sql, table, async (tx, records) => {
      const hashes = records.map((record) => record.hash)
      const names = records.map((record) => record.username)
      if ((await tx.query(duplicates, [hashes, names])).length > 0) {
        throw new StoreError('store.conflict', 'this token or user name exists already')
      }
    }),
    byHash: (hash) => table.first("kind = 'token' and hash = $1", [hash]),
    byUsername: (username) =>
      table.first("kind = 'xtream' and revoked_at is null and username = $1", [username]),
    ofAccount: (accountId) => table.all('account_id = $1 order by created_at, id', [accountId]),
    revoke: (id, at) => table.change(id, { revokedAt: at }, 'revoked_at is null'),
    async touch(id, at) {
      const isNewer = `(last_used_at is null or last_used_at < ${Math.trunc(at)})`
      await table.change(id, { lastUsedAt: at }, isNewer)
    },
  }
}

/** Writes that check, before they commit, a constraint the engine does not enforce. */
function checkedPuts<Row>(
  sql: Sql,
  table: TableAccess<Row>,
  check: (tx: Sql, records: readonly Row[]) => Promise<void>,
): Pick<Collection<Row>, 'put' | 'putAll'> {
  const putAll = (records: readonly Row[]) =>
    sql.write(async (tx) => {
      await table.putAllIn(tx, records)
      await check(tx, records)
    })
  return { putAll, put: (record) => putAll([record]) }
}

function createBans(sql: Sql): BanStore {
  const table = gatheredPuts(createCollection(sql, TABLES.bans))
  return {
    ...table,
    active: (now) =>
      table.all('lifted_at is null and (until is null or until > $1) order by created_at, id', [
        now,
      ]),
    lift: (id, by, at) => table.change(id, { liftedAt: at, liftedBy: by }, 'lifted_at is null'),
  }
}

function createKeys(sql: Sql): KeyStore {
  const table = createCollection(sql, TABLES.keys)
  return {
    ...table,
    ofPurpose: (purpose) => table.all('purpose = $1 order by active_from, kid', [purpose]),
    retire: (kid, at) => table.change(kid, { retiredAt: at }, 'retired_at is null'),
  }
}

function createSettings(sql: Sql): SettingStore {
  const table = createCollection(sql, TABLES.settings)
  return {
    get: async (key) => (await table.get(key))?.value ?? null,
    set: (key, value, at) => table.put({ key, value, updatedAt: at }),
    all: () => table.all('true order by key', []),
  }
}

function createEdges(sql: Sql): EdgeStore {
  const table = createCollection(sql, TABLES.edges)
  return {
    ...table,
    revoke: (id, at) => table.change(id, { revokedAt: at }, 'revoked_at is null'),
  }
}

function createFindings(sql: Sql, accused: KnownAccounts | null): FindingStore {
  const table = createCollection(sql, TABLES.findings)
  return {
    ...table,
    put: async (finding) => {
      accused?.add([finding.account])
      await table.put(finding)
    },
    putAll: async (findings) => {
      accused?.add(findings.map(({ account }) => account))
      await table.putAll(findings)
    },
    ofAccounts: async (accounts, since) => {
      const some = accused === null ? accounts : await accused.among(accounts)
      if (some.length === 0) return []
      const condition = 'account in (select unnest($1::text[])) and "at" >= $2'
      return await table.all(`${condition} order by "at" desc, id desc`, [some, Math.trunc(since)])
    },
    known: async (ids) => {
      if (ids.length === 0) return new Set()
      const rows = await sql.query(
        'select id from findings where id in (select unnest($1::text[]))',
        [ids],
      )
      return new Set(rows.map((row) => String(row['id'])))
    },
    setState: (id, state, acted) => table.change(id, { state, acted }),
    judge: (id, state) => table.change(id, { state }),
    markActed: (id, acted) => table.change(id, { acted }),
    refresh: (id, { at, severity, confidence, evidence }) =>
      table.change(id, { at, severity, confidence, evidence }),
  }
}

function createTrust(sql: Sql): TrustStore {
  const table = createCollection(sql, TABLES.trust)
  return {
    ...table,
    latest: (account) => table.first('account = $1 order by "at" desc, id desc', [account]),
  }
}

function createFeedback(sql: Sql): FeedbackStore {
  const table = createCollection(sql, TABLES.feedback)
  return {
    ...table,
    ofAccount: (account) => table.all('account = $1 order by "at", id', [account]),
  }
}
