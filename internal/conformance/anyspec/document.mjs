// Turns an API description of any version into one whose schemas are JSON Schema 2020-12. It shares
// no code with the Go module, which does the same.
import { load } from './modules.mjs'

// open returns a document with OpenAPI's own schemas in its two directions: `request`, in which
// nothing read-only is required, and `response`, in which nothing write-only is.
export async function open (original) {
  let document = original
  if (document.swagger) {
    document = (await load('swagger2openapi').convertObj(structuredClone(document), { patch: true, warnOnly: true })).openapi
  }
  document = withOwnReferences(document)
  const old = document.openapi.startsWith('3.0')
  return {
    request: convert(document, document, { old, hidden: 'readOnly' }),
    response: convert(document, document, { old, hidden: 'writeOnly' })
  }
}

// withOwnReferences turns references to the document's URL, and to the $id of its schemas, into
// pointers.
function withOwnReferences (document) {
  const pointers = new Map([[document.$self, '#']])
  for (const [name, { $id }] of Object.entries(document.components?.schemas ?? {})) {
    if ($id) pointers.set($id, '#/components/schemas/' + name)
  }
  const change = (value, base) => {
    if (Array.isArray(value)) return value.map(one => change(one, base))
    if (value === null || typeof value !== 'object') return value
    const { $id = base, ...rest } = value
    return each(rest, (child, key) => {
      if (key !== '$ref' || typeof child !== 'string') return change(child, typeof $id === 'string' ? $id : base)
      const [url, fragment = ''] = (URL.canParse(child, $id) ? new URL(child, $id).href : child).split('#')
      return pointers.has(url) ? pointers.get(url) + fragment : child
    })
  }
  return change(document, document.$self)
}

function lookup (document, reference) {
  if (!reference.startsWith('#/')) return undefined
  return reference.slice(2).split('/').reduce((at, key) => at?.[decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

export function resolve (document, object) {
  for (let i = 0; object?.$ref && i < 20; i++) object = lookup(document, object.$ref)
  return object
}

const verbatim = new Set(['example', 'examples', 'default', 'enum', 'const', 'mapping'])

// convert copies the part of a document that is not inside a schema.
function convert (document, value, options) {
  if (Array.isArray(value)) return value.map(element => convert(document, element, options))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => {
    if (verbatim.has(key)) return [key, child]
    if (key === 'schema') return [key, schema(document, child, options)]
    if (key === 'schemas' && value === document.components) return [key, each(child, one => schema(document, one, options))]
    return [key, convert(document, child, options)]
  }))
}

const each = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))

const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
const lists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const single = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'])

function schema (document, original, options) {
  if (typeof original !== 'object' || original === null) return original
  if (original.$ref && resolve(document, original) === undefined) return {} // refers to nothing
  if (original.$ref && options.old) return { $ref: original.$ref } // ignores what stands next to it
  const result = {}
  for (const [key, value] of Object.entries(original)) {
    if (key.startsWith('x-') || ['example', 'examples', 'xml', 'externalDocs', 'discriminator', 'nullable'].includes(key)) continue
    if (maps.has(key)) result[key] = each(value, one => schema(document, one, options))
    else if (lists.has(key)) result[key] = value.map(one => schema(document, one, options))
    else if (single.has(key)) result[key] = schema(document, value, options)
    else result[key] = value
  }
  if (original.discriminator) discriminate(result, original.discriminator)
  if (Array.isArray(result.required)) {
    result.required = result.required.filter(name => !isHidden(document, original.properties?.[name], options))
  } else {
    delete result.required // a boolean of JSON Schema 3
  }
  if (options.hidden === 'readOnly' && result.properties) { // a client does not send them
    result.properties = Object.fromEntries(Object.entries(result.properties).filter(([name]) => !isHidden(document, original.properties[name], options)))
  }
  if (!options.old) return result
  for (const [limit, exclusive] of [['minimum', 'exclusiveMinimum'], ['maximum', 'exclusiveMaximum']]) {
    if (result[exclusive] === true) {
      result[exclusive] = result[limit]
      delete result[limit]
    } else if (result[exclusive] === false) {
      delete result[exclusive]
    }
  }
  if (original.nullable !== true) return result
  if (result.enum && !result.enum.includes(null)) result.enum = [...result.enum, null]
  if (result.type) result.type = [result.type, 'null']
  return result.type ? result : { anyOf: [result, { type: 'null' }] }
}

// discriminate lets the elements of a union have only the names that its discriminator gives them.
function discriminate (result, { propertyName, mapping = {}, defaultMapping }) {
  const pointer = name => name.startsWith('#/') ? name : '#/components/schemas/' + name
  const namesOf = ({ $ref }) => {
    const names = Object.keys(mapping).filter(name => pointer(mapping[name]) === $ref)
    return names.length > 0 ? names : [$ref.slice($ref.lastIndexOf('/') + 1)]
  }
  const named = names => ({ required: [propertyName], properties: { [propertyName]: { enum: names } } })
  for (const key of ['oneOf', 'anyOf']) {
    const union = result[key]?.filter(one => one.$ref)
    result[key] &&= result[key].map(one => {
      if (!one.$ref) return one
      if (!defaultMapping || pointer(defaultMapping) !== one.$ref) return { allOf: [one, named(namesOf(one))] }
      return { allOf: [one, { not: named(union.filter(other => other !== one).flatMap(namesOf)) }] }
    })
  }
}

function isHidden (document, property, { hidden }) {
  return resolve(document, property)?.[hidden] === true || property?.[hidden] === true
}
