/** What is wrong with a Lua script's name or header, a line each. */
export function luaProblems(name: string, text: string): string[] {
  const keys = /^[a-z][a-z-]*-(\d+)\.lua$/.exec(name)?.[1]
  if (keys === undefined) return ['the name must be verb-<number of keys>.lua']
  const parts = /^--\[\[\n([\s\S]*?)\n\]\]\n([\s\S]*)$/.exec(text)
  if (parts === null) return ['the file must begin with a --[[ header ]]']
  const [, header = '', body = ''] = parts
  const problems: string[] = []
  if (!/^\s*Output:\s*\S/m.test(header)) problems.push('the header has no Output:')
  if (/^\s*(KEYS|ARGV|Output)/.test(header)) problems.push('the header does not say what it does')
  for (const kind of ['KEYS', 'ARGV'] as const) {
    const told = indexes(header, new RegExp(`^\\s*${kind}\\[(\\d+)\\]\\s+\\S`, 'gm'))
    const used = indexes(withoutComments(body), new RegExp(`\\b${kind}\\[(\\d+)\\]`, 'g'))
    for (const n of used.filter((it) => !told.includes(it))) {
      problems.push(`${kind}[${n}] is used and not in the header`)
    }
    for (const n of told.filter((it) => !used.includes(it))) {
      problems.push(`${kind}[${n}] is in the header and not used`)
    }
    if (told.some((n, place) => n !== place + 1)) problems.push(`${kind} must count from 1 up`)
  }
  const count = indexes(header, /^\s*KEYS\[(\d+)\]/gm).length
  if (count !== Number(keys)) problems.push(`the name says ${keys} keys, the header ${count}`)
  return problems
}

function indexes(text: string, pattern: RegExp): number[] {
  return [...new Set([...text.matchAll(pattern)].map((found) => Number(found[1])))].sort(
    (a, b) => a - b,
  )
}

function withoutComments(text: string): string {
  return text.replace(/--\[\[[\s\S]*?\]\]/g, '').replace(/--.*$/gm, '')
}
