import { existsSync, readFileSync, rmSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ServiceSpec, startService } from '../../../../control/supervise/processes/child.ts'
import { tempDir, useCleanup } from '../../../support/cleanup.ts'
import { until } from '../../../support/programs/port.ts'

const onCleanup = useCleanup()

async function spec(script: string, more: Partial<ServiceSpec> = {}) {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const lines: string[] = []
  const ready = join(folder.path, 'ready')
  const full: ServiceSpec = {
    name: 'It',
    argv: ['bash', '-c', script.replaceAll('READY', ready)],
    onLine: (line) => lines.push(line),
    isReady: async () => existsSync(ready),
    ...more,
  }
  return { full, lines, ready, folder: folder.path }
}

const isAlive = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

describe('a service', () => {
  test('is started again when it dies, and nothing it started survives it', async () => {
    const reports: string[] = []
    const { full, lines } = await spec('sleep 300 & echo $!; touch READY; wait')
    const service = await startService(full, (line) => reports.push(line))
    onCleanup(() => service.stop())
    const first = service.pid()
    await until('its word', () => lines.length > 0)
    service.signal('SIGKILL')
    await until('another start', () => service.pid() !== null && service.pid() !== first)
    await until('the end of what it left', () => !isAlive(Number(lines[0])))
    expect(reports[0]).toMatch(/^It ended \(signal SIGKILL\); starting it again in 0\.5 s\.$/)
  })

  test('that is being started again reads its configuration anew when it is ready, and does not die of it', async () => {
    const script = 'sleep 1; trap "echo again" HUP; touch READY; while :; do sleep 0.05; done'
    const { full, lines, ready } = await spec(script)
    const beforeStart = () => rmSync(ready, { force: true })
    const service = await startService({ ...full, beforeStart }, () => {})
    onCleanup(() => service.stop())
    const first = service.pid()
    service.signal('SIGKILL')
    await until('another start', () => service.pid() !== null && service.pid() !== first)
    const second = service.pid()
    service.signal('SIGHUP')
    await until('its word', () => lines.includes('again'))
    expect(service.pid()).toBe(second)
  })

  test('goes before others with all it starts, where that is permitted', async () => {
    const groupOf = (pid: number): string | undefined =>
      existsSync('/proc/self/autogroup')
        ? / nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1]
        : undefined
    const usual = getPriority()
    let mayRaise = true
    try {
      setPriority(usual - 1)
      setPriority(usual)
    } catch {
      mayRaise = false
    }
    // What it starts comes later, as nginx's workers do once it has read its configuration.
    const script = 'until (( $(ps -o ni= -p $$) == NICE )); do sleep 0.02; done'
    const { full, lines } = await spec(
      `${script.replace('NICE', String(mayRaise ? -5 : usual))}; sleep 300 & echo $!; touch READY; wait`,
      { nice: -5 },
    )
    const service = await startService(full, () => {})
    onCleanup(() => service.stop())
    await until('its word', () => lines.length > 0)
    const pid = service.pid() ?? 0
    const nice = mayRaise ? -5 : usual
    expect([getPriority(pid), getPriority(Number(lines[0]))]).toEqual([nice, nice])
    if (mayRaise && groupOf(pid) !== undefined) expect(groupOf(pid)).toBe('-5')
  })

  test('that cannot start says why, with its last words', async () => {
    const { full } = await spec('echo port taken >&2; exit 3')
    await expect(startService(full, () => {})).rejects.toThrow(
      'It did not start (exit code 3): port taken',
    )
    const missing = { ...full, argv: ['/nonexistent/program'] }
    await expect(startService(missing, () => {})).rejects.toThrow(
      /It did not start \(could not be started\)/,
    )
  })

  test('stops on SIGTERM, and by force when it will not', async () => {
    const { full } = await spec('touch READY; exec sleep 300')
    const service = await startService(full, () => {})
    const pid = service.pid() ?? 0
    await service.stop()
    expect(isAlive(pid)).toBe(false)
    expect(service.pid()).toBeNull()
  })

  test('that was stopped is not started again', async () => {
    const reports: string[] = []
    const { full } = await spec('touch READY; exec sleep 300')
    const service = await startService(full, (line) => reports.push(line))
    await service.stop()
    // Another that ends later is up again: so would this one be.
    const other = await spec('touch READY; exec sleep 300')
    const restarted = await startService(other.full, () => {})
    onCleanup(() => restarted.stop())
    const pid = restarted.pid() ?? 0
    process.kill(pid, 'SIGKILL')
    await until('the restart', () => (restarted.pid() ?? pid) !== pid)
    expect(service.pid()).toBeNull()
    expect(reports).toEqual([])
  })
})
