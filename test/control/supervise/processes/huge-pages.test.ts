import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../../../../control/config/load.ts'
import { statePaths } from '../../../../control/config/paths.ts'
import { withHugePages } from '../../../../control/supervise/processes/huge-pages.ts'
import {
  controlSpec,
  type Instance,
  nginxSpec,
} from '../../../../control/supervise/processes/services.ts'
import { tempDir, useCleanup } from '../../../support/cleanup.ts'

const onCleanup = useCleanup()
const WANTED = 'glibc.malloc.hugetlb=1'

test('an allocator is asked for huge pages beside what it is asked for already', () => {
  expect(withHugePages({ HOME: '/h' })).toEqual({ HOME: '/h', GLIBC_TUNABLES: WANTED })
  const present = 'glibc.malloc.arena_max=2'
  expect(withHugePages({ GLIBC_TUNABLES: present })).toEqual({
    GLIBC_TUNABLES: `${present}:${WANTED}`,
  })
})

test('what the environment says of huge pages stays', () => {
  const off = { GLIBC_TUNABLES: 'glibc.malloc.arena_max=2:glibc.malloc.hugetlb=0' }
  expect(withHugePages(off)).toEqual(off)
})

test('nginx and the control plane are started so', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const instance: Instance = {
    config: parseConfig('', join(folder.path, 'gatehouse.yaml')).config,
    configFile: join(folder.path, 'gatehouse.yaml'),
    paths: statePaths(folder.path),
    hasDemoHistory: false,
    workerUser: null,
    tie: [],
    report: () => undefined,
  }
  const nginx = nginxSpec({ argv: ['nginx'], version: '1.30.6' }, instance)
  for (const { env } of [nginx, controlSpec(instance)])
    expect(env).toEqual(expect.objectContaining(withHugePages(process.env)))
})
