import { type RawOptions, readReportOptions } from '../../../control/report/options.ts'
import { type ReportParts, runReport } from '../../../control/report/run.ts'

/** What a run of the report printed and how it ended. */
export interface ReportRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the report in this process, at the shown data's time unless told otherwise. */
export const runReportHere = async (
  raw: RawOptions,
  env: Record<string, string> = {},
  parts: ReportParts = {},
): Promise<ReportRun> => {
  const out: string[] = []
  const err: string[] = []
  const options = readReportOptions(raw, { GATEHOUSE_NOW: '2026-11-20T18:30:00Z', ...env })
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
  const code = await runReport(options, output, { backoffMs: [5, 20], ...parts })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** Runs something with the process's time zone set, and sets it back. */
export const inZone = async <T>(zone: string, work: () => Promise<T> | T): Promise<T> => {
  const before = process.env['TZ']
  process.env['TZ'] = zone
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
}
