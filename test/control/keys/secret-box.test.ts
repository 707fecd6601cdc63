import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createSecretBox } from '../../../control/keys/secret-box.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'

const onCleanup = useCleanup()
let file: string
beforeEach(async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  file = join(folder.path, 'state', 'secrets.key')
})

test('what is sealed opens again after a restart, for the same place only', () => {
  const sealed = createSecretBox(file).seal('пароль "x"\n', 'destination:ops')
  expect(sealed).not.toContain('пароль')
  expect(createSecretBox(file).open(sealed, 'destination:ops')).toBe('пароль "x"\n')
  expect(() => createSecretBox(file).open(sealed, 'destination:else')).toThrow(file)
})

test('the same text never looks the same twice', () => {
  const box = createSecretBox(file)
  expect(box.seal('token', 'a')).not.toBe(box.seal('token', 'a'))
})

test('the key is the owner’s alone, made once, and no part of it is in what is sealed', () => {
  const sealed = createSecretBox(file).seal('token', 'a')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const key = readFileSync(file, 'utf8')
  createSecretBox(file).seal('token', 'a')
  expect(readFileSync(file, 'utf8')).toBe(key)
  expect(sealed).not.toContain(key.trim())
})

test.each([1, 2, 3])('part %i changed is told, never read', (part) => {
  const box = createSecretBox(file)
  const parts = box.seal('a token', 'a').split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  parts[part] = bytes.toString('base64url')
  expect(() => box.open(parts.join('.'), 'a')).toThrow('encrypted with another key')
})

test('another key, a short key and what is no secret are told with the file’s name', () => {
  const sealed = createSecretBox(`${file}2`).seal('token', 'a')
  const box = createSecretBox(file)
  expect(() => box.open(sealed, 'a')).toThrow(file)
  for (const text of ['', 'token', 'v2.a.b.c', 'v1.a.b.c'])
    expect(() => box.open(text, 'a')).toThrow('no encrypted secret')
  writeFileSync(file, 'short\n')
  expect(() => createSecretBox(file).seal('token', 'a')).toThrow(`${file} must hold the key`)
})
