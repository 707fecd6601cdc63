import { describe, expect, it } from 'vitest'
import { globalsLast } from '../../../../control/cli/common/globals-last.ts'
import { idsLast } from '../../../../control/cli/common/ids-last.ts'

const ID = '-5J30g7ok43bRiWf'

describe('ids that begin with a dash', () => {
  it.each([
    ['an id', ['ticket', 'revoke', ID], ['ticket', 'revoke', '--', ID]],
    ['before options', ['revoke', ID, '--state', 'x'], ['revoke', '--state', 'x', '--', ID]],
    ['after a flag', ['revoke', '--json', ID], ['revoke', '--json', '--', ID]],
    ['the value of an option', ['list', '--download', ID], ['list', '--download', ID]],
    ['an option', ['set', 'x', '--max-networks=10'], ['set', 'x', '--max-networks=10']],
    ['a long option', ['set', '--soft-limitation', 'x'], ['set', '--soft-limitation', 'x']],
    ['already apart', ['revoke', '--', ID], ['revoke', '--', ID]],
    ['22 characters', ['show', `${ID}abcdef`], ['show', '--', `${ID}abcdef`]],
  ])('case=%s', (_what, args, wanted) => {
    expect(idsLast(args)).toEqual(wanted)
  })
})

describe('options before the command', () => {
  it.each([
    ['a value', ['--state', 'x', 'keys'], ['keys', '--state', 'x']],
    ['several', ['--json', '--config=y', 'ban', 'z'], ['ban', 'z', '--json', '--config=y']],
    ['before --', ['--json', 'revoke', '--', ID], ['revoke', '--json', '--', ID]],
    ['none', ['keys', '--json'], ['keys', '--json']],
    ['no command', ['--state', 'x'], ['--state', 'x']],
    ['help', ['--help'], ['--help']],
  ])('case=%s', (_what, args, wanted) => {
    expect(globalsLast(args)).toEqual(wanted)
  })
})
