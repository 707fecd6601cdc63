import type { Database, Sql, SqlParam, SqlRow, SqlValue } from '../sql/sql.ts'

/** Answers kept at once, and rows of one that is kept. */
const MOST_ANSWERS = 64
const MOST_ROWS = 50

/** A statement of a table's own, which answers the same until that is written. */
const isOfTable = (text: string): boolean => text.startsWith('select "')

const isPlain = (value: SqlValue): boolean => !(value instanceof Uint8Array)

const isSmall = (rows: readonly SqlRow[]): boolean =>
  rows.length <= MOST_ROWS && rows.every((row) => Object.values(row).every(isPlain))

const READ = /\b(?:from|join)\s+"?(\w+)/g
const WRITTEN = /^(?:insert into|update|delete from|merge into)\s+"?(\w+)/

/** Tables that a statement reads, and what else stands behind `from`. */
const readBy = (text: string): readonly string[] =>
  [...text.matchAll(READ)].map(([, table = '']) => table)

interface Answer {
  readonly rows: readonly SqlRow[]
  readonly tables: readonly string[]
}

const copyOf = (rows: readonly SqlRow[]): SqlRow[] => rows.map((row) => ({ ...row }))

/** Answers by their question, and how often tables were written. */
const createAnswers = () => {
  const answers = new Map<string, Answer>()
  const writes = new Map<string, number>()
  let writesOfAll = 0
  const timesWritten = (tables: readonly string[]): number =>
    tables.reduce((sum, table) => sum + (writes.get(table) ?? 0), writesOfAll)
  return {
    /** The answer that is known, else the one of `ask`. */
    async find(
      text: string,
      params: readonly SqlParam[],
      ask: () => Promise<SqlRow[]>,
    ): Promise<SqlRow[]> {
      const key = JSON.stringify([text, params])
      const known = answers.get(key)
      if (known !== undefined) return copyOf(known.rows)
      const tables = readBy(text)
      const before = timesWritten(tables)
      const rows = await ask()
      // What was read while something was written may be older than that.
      if (timesWritten(tables) !== before || !isSmall(rows)) return rows
      const [oldest] = answers.keys()
      if (answers.size >= MOST_ANSWERS && oldest !== undefined) answers.delete(oldest)
      answers.set(key, { rows: copyOf(rows), tables })
      return rows
    },
    /** Forgets what was read of tables; of all where a statement did not say which it writes. */
    forget(written: ReadonlySet<string>): void {
      if (written.has('')) {
        writesOfAll += 1
        answers.clear()
        return
      }
      for (const table of written) writes.set(table, (writes.get(table) ?? 0) + 1)
      for (const [key, { tables }] of answers)
        if (tables.some((table) => written.has(table))) answers.delete(key)
    },
  }
}

/** A transaction that notes which tables it writes; an empty name stands for all. Others answer it as before: there is one writer. */
const noting = (tx: Sql, written: Set<string>, answers: ReturnType<typeof createAnswers>): Sql => {
  const note = (text: string): void => {
    if (text.includes(';')) written.add('')
    else if (!text.startsWith('select ')) written.add(WRITTEN.exec(text)?.[1] ?? '')
  }
  const isUntouched = (text: string): boolean =>
    written.size === 0 || !(written.has('') || readBy(text).some((table) => written.has(table)))
  const noted: Sql = {
    dialect: tx.dialect,
    query: async (text, params = []) => {
      note(text)
      const ask = async () => await tx.query(text, params)
      return isOfTable(text) && isUntouched(text) ? await answers.find(text, params, ask) : ask()
    },
    batches: (text, params) => {
      note(text)
      return tx.batches(text, params)
    },
    insert: async (table, columns, rows) => {
      written.add(table)
      await tx.insert(table, columns, rows)
    },
    stage: async (table, columns, rows) => {
      written.add(table)
      await tx.stage(table, columns, rows)
    },
    write: async (work) => await work(noted),
  }
  return noted
}

/**
 * A database that this process alone writes, with short answers kept until one of their tables is written: what is asked again every few seconds, in case
 * another process had changed it, would cost a millisecond each time.
 */
export const rememberReads = (db: Database): Database => {
  const answers = createAnswers()
  return {
    dialect: db.dialect,
    async query(text: string, params: readonly SqlParam[] = []) {
      if (!isOfTable(text)) return await db.query(text, params)
      return await answers.find(text, params, async () => await db.query(text, params))
    },
    async write(work) {
      const written = new Set<string>()
      try {
        return await db.write((tx) => work(noting(tx, written, answers)))
      } finally {
        answers.forget(written)
      }
    },
    batches: (text, params) => db.batches(text, params),
    insert: (table, columns, rows) => db.insert(table, columns, rows),
    stage: (table, columns, rows) => db.stage(table, columns, rows),
    size: () => db.size(),
    copyTo: (file) => db.copyTo(file),
    close: () => db.close(),
  }
}
