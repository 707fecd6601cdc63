import { type Browser, chromium as launcher } from 'playwright-core'
import { resolveTool } from '../../../control/runtime/resolve.ts'

/** Starts Chromium without a window; `flags` are its own. */
export async function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const { argv } = await resolveTool('chromium')
  const [first = '', ...rest] = argv
  // Its sandbox refuses uid 0.
  const args = [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
  if (rest.length === 0) return await launcher.launch({ executablePath: first, args, env })
  // An unpacked one is started by env(1), which takes the variables before the program.
  const at = rest.findIndex((it) => !it.includes('='))
  const own = Object.fromEntries(rest.slice(0, at).map((it) => it.split(/=(.*)/s).slice(0, 2)))
  return await launcher.launch({ executablePath: rest[at] ?? '', args, env: { ...env, ...own } })
}
