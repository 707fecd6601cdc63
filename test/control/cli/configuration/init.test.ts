import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../../../../control/cli/program.ts'
import { loadConfig } from '../../../../control/config/load.ts'
import { nginxOf } from '../../../../control/config/schema/which-edge.ts'
import { withTempDir } from '../../../support/cleanup.ts'

const init = async (...words: string[]): Promise<void> => await runProgram(['init', ...words])

test('a home: its servers, no nginx, a token file to fill', async () => {
  await withTempDir(async (folder) => {
    const out = join(folder, 'gatehouse.yaml')
    const servers = [
      '--server',
      'plex=http://192.168.1.5:32400',
      '--server',
      'emby:attic=https://nas',
    ]
    await init('home', ...servers, '--home-network', '203.0.113.9', '--out', out)
    const { config } = loadConfig(out, {})
    expect(config.media_servers).toMatchObject([
      { name: 'plex', kind: 'plex', url: 'http://192.168.1.5:32400', sign_out: false },
      { name: 'attic', kind: 'emby', url: 'https://nas' },
    ])
    expect(config.home_networks).toEqual(['203.0.113.9'])
    expect(nginxOf(config)).toBe('none')
    expect(statSync(join(folder, 'plex.token')).mode & 0o777).toBe(0o600)
    await runProgram(['check', '--config', out])
  })
})

test('a home without servers yet, and channels, pass the check', async () => {
  await withTempDir(async (folder) => {
    const home = join(folder, 'home.yaml')
    await init('home', '--out', home)
    expect(nginxOf(loadConfig(home, {}).config)).toBe('none')
    await runProgram(['check', '--config', home])
    const list = join(folder, 'list.m3u')
    writeFileSync(
      list,
      '#EXTM3U\n#EXTINF:-1 tvg-id="one",One\nhttp://origin.example/one/index.m3u8\n',
    )
    const out = join(folder, 'channels.yaml')
    await init(
      'channels',
      '--playlist',
      list,
      '--network',
      '192.168.0.0/16',
      '--max-sessions',
      '3',
      '--out',
      out,
    )
    const { config } = loadConfig(out, {})
    expect(nginxOf(config)).toBe('bundled')
    expect(config.groups.map(({ name, max_sessions: most }) => [name, most])).toEqual([
      ['home', 3],
      ['everyone', 3],
    ])
    await runProgram(['check', '--config', out])
  })
})

test('what is there is not replaced, and what cannot be is said', async () => {
  await withTempDir(async (folder) => {
    const out = join(folder, 'gatehouse.yaml')
    writeFileSync(out, 'mine')
    await expect(init('home', '--out', out)).rejects.toThrow('--force')
    expect(readFileSync(out, 'utf8')).toBe('mine')
    const other = join(folder, 'other.yaml')
    await expect(init('home', '--server', 'kodi=http://x', '--out', other)).rejects.toThrow(
      'KIND=URL',
    )
    await expect(init('home', '--home-network', '0/0', '--out', other)).rejects.toThrow(
      "--home-network: '0/0' is too wide",
    )
    await expect(init('channels', '--out', other)).rejects.toThrow('--playlist')
    await expect(
      init('channels', '--playlist', join(folder, 'away.m3u'), '--out', other),
    ).rejects.toThrow('away.m3u: there is no such file')
    await expect(init('channels', '--playlist', folder, '--out', other)).rejects.toThrow(
      'not a regular file',
    )
    await expect(init('garden', '--out', other)).rejects.toThrow('init home')
    expect(existsSync(other)).toBe(false)
    await init('home', '--out', out, '--force')
    expect(readFileSync(out, 'utf8')).toContain('media_servers')
  })
})

test('a playlist is named as seen from the file that is written', async () => {
  await withTempDir(async (folder) => {
    const list = join(folder, 'list.m3u')
    writeFileSync(list, '#EXTM3U\n#EXTINF:-1,One\nhttp://origin.example/one/index.m3u8\n')
    mkdirSync(join(folder, 'etc'))
    const out = join(folder, 'etc', 'channels.yaml')
    await init('channels', '--playlist', relative(process.cwd(), list), '--out', out)
    expect(readFileSync(out, 'utf8')).toContain('file: ../list.m3u')
    await init('channels', '--playlist', 'HTTP://o/all.m3u', '--out', out, '--force')
    expect(readFileSync(out, 'utf8')).toContain('url: HTTP://o/all.m3u')
  })
})
