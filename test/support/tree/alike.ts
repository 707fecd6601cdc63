import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A place in a file, lines from 1. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** Lines that stand in two places: where each begins and how many lines they share. */
export interface AlikeRun {
  readonly first: Place
  readonly second: Place
  readonly length: number
}

interface CodeLine extends Place {
  readonly text: string
}

const COMMENT = /^(?:\/\/|\/\*|\*|#|--)/

/** Whether a line says something by itself: no comment, and more than brackets, commas and an `else`. */
const isCode = (text: string): boolean =>
  !COMMENT.test(text) && !/^(?:[\]})>;,([{|\s]|else|end|fi|done|\)\s*=>)*$/.test(text)

/** The lines of a file that count, without imports, also those of several lines. */
const codeLines = (file: string, content: string): CodeLine[] => {
  const kept: CodeLine[] = []
  let isImport = false
  for (const [at, raw] of content.split('\n').entries()) {
    const text = raw.trim().replaceAll(/\s+/g, ' ')
    if (isImport || /^import\b/.test(text) || /^export (?:type )?[{*]/.test(text)) {
      isImport = !/\bfrom ['"]|^import ['"]/.test(text)
      continue
    }
    if (isCode(text)) kept.push({ file, line: at + 1, text })
  }
  return kept
}

/** Runs of at least `least` lines that stand in two places, each told once, at its longest. */
export const alikeRuns = (
  files: readonly { readonly file: string; readonly content: string }[],
  least: number,
): AlikeRun[] => {
  const lines = files.map(({ file, content }) => codeLines(file, content))
  const seen = new Map<string, { readonly of: number; readonly at: number }[]>()
  const runs: AlikeRun[] = []
  const isSame = (a: CodeLine | undefined, b: CodeLine | undefined): boolean =>
    a !== undefined && a.text === b?.text
  for (const [of, own] of lines.entries()) {
    for (let at = 0; at + least <= own.length; at += 1) {
      const key = own
        .slice(at, at + least)
        .map(({ text }) => text)
        .join('\n')
      const before = seen.get(key) ?? []
      for (const earlier of before) {
        const other = lines[earlier.of] ?? []
        // Not the start: told with the lines before it.
        if (isSame(other[earlier.at - 1], own[at - 1])) continue
        if (earlier.of === of && earlier.at + least > at) continue
        let length = least
        while (isSame(other[earlier.at + length], own[at + length])) length += 1
        const [first, second] = [other[earlier.at], own[at]]
        if (first && second) runs.push({ first, second, length })
      }
      seen.set(key, [...before, { of, at }])
    }
  }
  return runs.map(({ first, second, length }) => ({
    first: { file: first.file, line: first.line },
    second: { file: second.file, line: second.line },
    length,
  }))
}

/** Every file below `folders` of one of the endings, as paths from `root`. */
export const filesBelow = (
  root: string,
  folders: readonly string[],
  endings: readonly string[],
): { file: string; content: string }[] =>
  folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .sort()
    .map((file) => ({ file, content: readFileSync(join(root, file), 'utf8') }))
