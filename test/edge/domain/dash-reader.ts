import { SaxesParser } from 'saxes'

/** A representation with one of its bases, and all it names with its address in full. */
export interface Representation {
  readonly id: string
  readonly addresses: readonly (readonly [string, string])[]
}

export interface Manifest {
  readonly representations: readonly Representation[]
}

const SEGMENTS = ['SegmentBase', 'SegmentList', 'SegmentTemplate']

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const parse = (text: string): Element => {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const it: Element = { name, attributes, children: [], text: '' }
    open.at(-1)?.children.push(it)
    open.push(it)
  })
  parser.on('text', (piece) => {
    const last = open.at(-1)
    if (last !== undefined) last.text += piece
  })
  parser.on('closetag', () => open.pop())
  parser.write(text).close()
  return root
}

const childrenOf = (element: Element, name: string): Element[] =>
  element.children.filter((it) => it.name === name)

/** What a level inherits of elements of one kind: attributes, and children of one name together. */
interface Segments {
  readonly kind: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Readonly<Record<string, readonly string[]>>
}

const segmentsOf = (level: Element, above: Segments | null): Segments | null => {
  const own = SEGMENTS.flatMap((name) => childrenOf(level, name))[0]
  if (own === undefined) return above
  const upper = above?.kind === own.name ? above : null
  const attributes = { ...upper?.attributes, ...own.attributes }
  const children: Record<string, readonly string[]> = { ...upper?.children }
  for (const [name, attribute] of [
    ['Initialization', 'sourceURL'],
    ['SegmentURL', 'media'],
  ] as const) {
    const found = childrenOf(own, name).map((it) => it.attributes[attribute] ?? '')
    if (found.length > 0) children[name] = found
  }
  return { kind: own.name, attributes, children }
}

const filled = (template: string, id: string): string =>
  template
    .replaceAll('$RepresentationID$', id)
    .replaceAll('$Number$', '7')
    .replaceAll('$Time$', '9')

const hasMedia = (segments: Segments | null): boolean =>
  segments?.attributes['media'] !== undefined || segments?.children['SegmentURL'] !== undefined

const addressesOf = (segments: Segments | null, base: string, id: string): [string, string][] => [
  // Without a name for media, a base that is a file is what is played.
  ...(hasMedia(segments) || base.endsWith('/') ? [] : [['base', base] as [string, string]]),
  ...Object.entries(segments?.attributes ?? {}).map(([name, value]): [string, string] => [
    name,
    new URL(filled(value, id), base).href,
  ]),
  ...Object.entries(segments?.children ?? {}).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, new URL(value, base).href]),
  ),
]

/** Reads where each representation leads from each of its bases, as ISO/IEC 23009-1 (5.3.9.2.1 and 5.6) has it. */
export const read = (text: string, address: string): Manifest => {
  const [root] = parse(text).children
  const found: Representation[] = []
  const walk = (level: Element, bases: readonly string[], above: Segments | null): void => {
    const own = childrenOf(level, 'BaseURL').map((it) => it.text.trim())
    const now =
      own.length === 0 ? bases : bases.flatMap((base) => own.map((it) => new URL(it, base).href))
    const segments = segmentsOf(level, above)
    if (level.name !== 'Representation') {
      for (const name of ['Period', 'AdaptationSet', 'Representation'])
        for (const child of childrenOf(level, name)) walk(child, now, segments)
      return
    }
    const id = level.attributes['id'] ?? ''
    for (const base of now) found.push({ id, addresses: addressesOf(segments, base, id) })
  }
  if (root !== undefined) walk(root, [address], null)
  return { representations: found }
}
