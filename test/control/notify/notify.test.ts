import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Notice } from '../../../control/notify/notifier.ts'
import { createNotifiers, NOTIFIERS } from '../../../control/notify/registry.ts'
import { describeNotifier, type TestChannel } from '../../contract/notifier-contract.ts'
import { tempDir } from '../../support/cleanup.ts'

/** The log as the control plane writes it, into a file. */
const openLog = async (): Promise<TestChannel> => {
  const folder = await tempDir()
  const path = join(folder.path, 'log')
  const file = pino.destination({ dest: path, sync: true })
  const log = pino({ base: null }, file)
  return {
    notifier: createNotifiers([{ name: 'log', kind: 'log' }], { log }),
    messages: async () => {
      const text = await readFile(path, 'utf8')
      const lines = text.split('\n').slice(0, -1)
      // A line is one record; what a person reads of it is its values.
      return lines.map((line) => Object.values(JSON.parse(line) as object).join(' '))
    },
    remove: async () => {
      file.end()
      await folder.remove()
    },
  }
}

describeNotifier('log', openLog)

test('a kind that is not in the registry is named with those that are', () => {
  const create = (kind: string) => () =>
    createNotifiers([{ name: 'ops', kind }], { log: pino({ level: 'silent' }) })
  const kinds = Object.keys(NOTIFIERS).join(', ')
  expect(create('pager')).toThrow(`destination 'ops': its kind is one of ${kinds}, not 'pager'`)
  expect(create('toString')).toThrow("not 'toString'")
})

test('a destination that fails keeps no other from being told, and is written down', async () => {
  const lines: { readonly level: string; readonly message: string; readonly fields: object }[] = []
  const written = (level: string) => (fields: object, message: string) => {
    if (level === 'info' && lines.length === 0) {
      lines.push({ level: 'refused', message, fields })
      throw new Error('the disk is full')
    }
    lines.push({ level, message, fields })
  }
  const log = { info: written('info'), warn: written('warn') }
  const notifiers = createNotifiers(
    [
      { name: 'first', kind: 'log' },
      { name: 'second', kind: 'log' },
    ],
    { log },
  )
  const finding = { account: 'own:ann', kind: 'restreaming', summary: 'Ann restreams.' }
  const step = { do: 'notify' }
  await notifiers.notify({ id: 'f1', rule: 'r', finding, step, outcome: 'done' } as Notice)
  expect(lines.filter(({ level }) => level === 'info')).toMatchObject([
    { message: 'Ann restreams.' },
  ])
  const [warning] = lines.filter(({ level }) => level === 'warn')
  expect(warning).toMatchObject({ fields: { destination: 'first', finding: 'f1' } })
  expect(warning?.fields).toMatchObject({ err: { message: 'the disk is full' } })
})
