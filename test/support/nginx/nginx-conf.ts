/** One directive of an nginx configuration, with what stands in its braces. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly children: readonly Directive[]
}

const TOKEN = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([{};])|((?:\$\{|[^\s"'{};])+)/gy

type Token = { readonly text: string; readonly isMark: boolean }

const tokens = (text: string): Token[] => {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`nginx configuration: ${text.slice(at, at + 40)}`)
    const word = match[1] ?? match[2] ?? match[4]
    if (word !== undefined) found.push({ text: word, isMark: false })
    else if (match[3] !== undefined) found.push({ text: match[3], isMark: true })
  }
  return found
}

/** Reads a configuration; `readInclude` gives the text of a file that is included, whose directives take the include's place. */
export const parseConf = (text: string, readInclude: (path: string) => string): Directive[] => {
  const all = tokens(text)
  let at = 0
  const block = (): Directive[] => {
    const found: Directive[] = []
    let words: string[] = []
    while (at < all.length) {
      const { text: word = '', isMark = false } = all[at++] ?? {}
      if (!isMark) {
        words.push(word)
        continue
      }
      if (word === '}') return found
      const [name = '', ...args] = words
      words = []
      if (word === ';' && name === 'include')
        found.push(...parseConf(readInclude(args[0] ?? ''), readInclude))
      else found.push({ name, args, children: word === '{' ? block() : [] })
    }
    return found
  }
  return block()
}

/** Every directive below these, at any depth. */
export const everyDirective = (directives: readonly Directive[]): Directive[] =>
  directives.flatMap((it) => [it, ...everyDirective(it.children)])
