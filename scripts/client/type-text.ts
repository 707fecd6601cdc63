/** A JSON Schema, as far as the admin API uses it. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly items?: Schema | readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly patternProperties?: Readonly<Record<string, Schema>>
}

const BY_TYPE: Readonly<Record<string, (schema: Schema) => string>> = {
  string: () => 'string',
  integer: () => 'number',
  number: () => 'number',
  boolean: () => 'boolean',
  null: () => 'null',
  array: (schema) => arrayText(schema),
  object: (schema) => objectText(schema),
}

const union = (texts: readonly string[]): string => [...new Set(texts)].join(' | ')

const arrayText = ({ items }: Schema): string => {
  if (items === undefined) return 'unknown[]'
  if ('length' in items) return `[${items.map(typeText).join(', ')}]`
  const text = typeText(items)
  return text.includes(' | ') ? `(${text})[]` : `${text}[]`
}

const objectText = (schema: Schema): string => {
  const { properties = {}, required = [], additionalProperties, patternProperties } = schema
  const fields = Object.entries(properties).map(([key, child]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
    const isNeeded = required.includes(key)
    return `${name}${isNeeded ? '' : '?'}: ${typeText(child)}`
  })
  if (fields.length > 0) return `{ ${fields.join('; ')} }`
  const values = Object.values(patternProperties ?? {})
  if (typeof additionalProperties === 'object') values.push(additionalProperties)
  return `Record<string, ${values.length === 0 ? 'unknown' : union(values.map(typeText))}>`
}

/** The TypeScript type of the values a schema takes; `unknown` for a schema without a type. */
export const typeText = (schema: Schema): string => {
  const { anyOf = schema.oneOf, allOf, const: only, enum: values, type } = schema
  if (only !== undefined) return JSON.stringify(only)
  if (values !== undefined) return union(values.map((value) => JSON.stringify(value)))
  if (anyOf !== undefined) return union(anyOf.map(typeText))
  if (allOf !== undefined) return allOf.map(typeText).join(' & ')
  if (type === undefined) return schema.properties === undefined ? 'unknown' : objectText(schema)
  const types = typeof type === 'string' ? [type] : type
  return union(types.map((name) => BY_TYPE[name]?.(schema) ?? 'unknown'))
}
