import { Command } from 'commander'
import { CliError } from '../common/context.ts'

/** `gatehouse demo`: the start script takes its place, so that it ends with what it started. */
export const demoCommand = (): Command =>
  new Command('demo')
    .description('start the demo: channels, accounts and a media server, all invented')
    .allowUnknownOption()
    .action(() => {
      throw new CliError('the demo is started by ./scripts/run or ./scripts/gatehouse demo')
    })
