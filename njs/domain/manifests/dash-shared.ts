import type { Gatherer, Level, SegmentReference } from './dash-scan.ts'
import { encodeEntities } from './xml.ts'

/** Representations below a level that inherit an attribute of its `SegmentTemplate`. */
const heirsOf = (level: Level, name: string): Level[] =>
  level.children.flatMap((child) => {
    if (child.hasSegments || child.template?.names.has(name) === true) return []
    return child.isRepresentation ? [child] : heirsOf(child, name)
  })

/**
 * Gives each representation that inherits a reference one of its own: from bases of other depths no common one leads to the same place. Attributes
 * that a `SegmentTemplate` does not have come from the level above (ISO/IEC 23009-1, section 5.3.9.2.1). `false` where that is not possible.
 */
export const giveDown = (
  level: Level,
  { name, value, isInherited }: SegmentReference,
  textFor: (heir: Level) => string,
): boolean => {
  if (!isInherited || value === '') return false
  const heirs = heirsOf(level, name)
  if (heirs.length === 0 || heirs.some((heir) => heir.closesAt < 0)) return false
  for (const heir of heirs) heir.given.push({ name, text: textFor(heir) })
  return true
}

/** Writes what was given to a level. */
export const writeGiven = (level: Level, gatherer: Gatherer): void => {
  const { given, template, name, isEmpty, closesAt } = level
  if (given.length === 0) return
  const attributes = given.map((it) => ` ${it.name}="${encodeEntities(it.text)}"`).join('')
  if (template !== null) return gatherer.put(template.at, template.at, attributes)
  const element = `<${name.replace('Representation', 'SegmentTemplate')}${attributes}/>`
  if (isEmpty) gatherer.put(closesAt - 2, closesAt, `>${element}</${name}>`)
  else gatherer.put(closesAt, closesAt, element)
}
