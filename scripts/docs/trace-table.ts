import { MODES, readTraces, runTrace, underMode } from '../../test/control/sessions/trace-run.ts'
import { summaryOf } from '../../test/control/sessions/trace-summary.ts'
import { table } from './tables.ts'

/** Every trace of players under each way a cap is kept, as played on a simulated clock. */
export const traceTable = async (): Promise<string> => {
  const rows: string[][] = []
  for (const { trace } of readTraces()) {
    const cells: string[] = []
    for (const mode of MODES) {
      const played = underMode(trace, mode)
      cells.push(summaryOf(played, await runTrace(played, 'own:trace')))
    }
    rows.push([trace.title, String(trace.limits.maxStreams ?? ''), ...cells])
  }
  return table(['players', 'cap', ...MODES.map((mode) => `\`${mode}\``)], rows)
}
