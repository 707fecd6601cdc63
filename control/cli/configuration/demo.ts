import { Command } from 'commander'
import { CliError } from '../common/context.ts'

/** `gatehouse demo`: it becomes the start script, so that both end together. */
export const demoCommand = (): Command =>
  new Command('demo')
    .description('start the demo: channels, accounts and a media server, all invented')
    .allowUnknownOption()
    .action(() => {
      throw new CliError('the demo is started by ./scripts/run or ./scripts/gatehouse demo')
    })
