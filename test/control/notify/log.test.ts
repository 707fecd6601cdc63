import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { plainDestination } from '../../../control/notify/model/defaults.ts'
import { createNotifier, NOTIFIERS } from '../../../control/notify/registry.ts'
import {
  describeNotifier,
  messageOf,
  progressFrom,
  type TestChannel,
} from '../../contract/notifier-contract.ts'
import { tempDir } from '../../support/cleanup.ts'

/** The log as the control plane writes it, into a file. */
const openLog = async (): Promise<TestChannel> => {
  const folder = await tempDir()
  const path = join(folder.path, 'log')
  const file = pino.destination({ dest: path, sync: true })
  const log = pino({ base: null }, file)
  return {
    notifier: createNotifier(plainDestination('log', 'log'), { log }),
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
    createNotifier(plainDestination('ops', kind), { log: pino({ level: 'silent' }) })
  const kinds = Object.keys(NOTIFIERS).join(', ')
  expect(create('pager')).toThrow(`destination 'ops': its kind is one of ${kinds}, not 'pager'`)
  expect(create('toString')).toThrow("not 'toString'")
})

test('an alarm is a warning with what it is about and the other side’s words', async () => {
  const lines: object[] = []
  const warn = (fields: object, message: string) => lines.push({ ...fields, message })
  const log = { info: () => null, warn }
  const notifier = createNotifier(plainDestination('log', 'log'), { log })
  const event = 'server.sign_in'
  const about = { about: 'alarm', id: 'a1', event, severity: 'high', at: 0 } as const
  const alarm = { ...about, subject: 'home', detail: '401 Unauthorized' }
  await notifier.send(messageOf([alarm]), progressFrom())
  expect(lines).toMatchObject([
    { event, severity: 'high', subject: 'home', detail: '401 Unauthorized' },
  ])
  expect(lines[0]).toMatchObject({ message: expect.stringContaining('sign in again') })
})
