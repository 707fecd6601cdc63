import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../control/runtime/exec.ts'
import { readManifest } from '../../../control/runtime/manifest.ts'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'

const onCleanup = useCleanup()

test('two starts at once unpack Redis once; later ones need neither network nor time', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const lines: string[] = []
  const options = {
    folder: folder.path,
    ignoreMachine: true,
    progress: (line: string) => lines.push(line),
  }
  // Left by a start that was killed half-way.
  mkdirSync(join(folder.path, 'draft-redis/root'), { recursive: true })
  mkdirSync(join(folder.path, 'lock'))
  writeFileSync(join(folder.path, 'lock/pid'), '4194305')

  const [one, two] = await Promise.all([
    resolveTool('redis', options),
    resolveTool('redis', options),
  ])
  expect(one).toEqual(two)
  expect(lines.filter((line) => line.startsWith('Unpacking'))).toHaveLength(1)
  expect((await run([...one.argv, '--version'])).stdout).toContain(`v=${one.version}`)
  expect(existsSync(join(folder.path, 'draft-redis'))).toBe(false)
  expect(existsSync(join(folder.path, 'lock'))).toBe(false)

  const record = readManifest(folder.path)['redis']
  expect(record?.packages.map((it) => it.name)).toContain('redis-server')
  for (const { sha256, version } of record?.packages ?? []) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(version).toMatch(/^\d/)
  }

  rmSync(join(folder.path, 'apt'), { recursive: true })
  const path = process.env['PATH']
  onCleanup(() => {
    process.env['PATH'] = path
  })
  // Without apt in reach, nothing could be fetched.
  process.env['PATH'] = '/nonexistent'
  expect(await resolveTool('redis', options)).toEqual(one)
})

test('a damaged root is unpacked anew', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const options = { folder: folder.path, ignoreMachine: true, progress: () => {} }
  const first = await resolveTool('redis', options)
  const program = first.argv.at(-1) ?? ''
  writeFileSync(program, 'not a program')
  const second = await resolveTool('redis', options)
  expect(second).toEqual(first)
  expect(readFileSync(program).length).toBeGreaterThan(100_000)
})
