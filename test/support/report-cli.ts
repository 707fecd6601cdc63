import { Command } from 'commander'
import { reportCommand } from '../../control/cli/report.ts'

/** The report as a program of its own, for tests that need real exit codes and a real zone. */
await new Command('gatehouse').addCommand(reportCommand()).parseAsync()
