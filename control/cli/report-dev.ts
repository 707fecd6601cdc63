import { Command } from 'commander'
import { reportCommand } from './report.ts'

await new Command('gatehouse').addCommand(reportCommand()).parseAsync()
