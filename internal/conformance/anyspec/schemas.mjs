// Checks values against the schemas of a document with Ajv, and generates values with
// json-schema-faker.
import { load, loadModule } from './modules.mjs'

const Ajv = load('ajv/dist/2020').default
const addFormats = load('ajv-formats').default ?? load('ajv-formats')
const { generateSync } = await loadModule('json-schema-faker', 'dist/index.js')

const seeds = 40

export class Schemas {
  // Without formats, all of ajv-formats are checked.
  constructor (document, formats) {
    this.document = document
    this.ajv = new Ajv({ strict: false, logger: false, validateSchema: false, unicodeRegExp: false })
    addFormats(this.ajv, formats)
    this.ajv.addSchema({ ...document, $id: 'document:' })
    this.compiled = new Map()
    this.definitions = { document: rebase(document, '#/$defs/document/') }
  }

  // errors returns what is wrong with a value, "" for nothing.
  errors (schema, value) {
    let check = this.compiled.get(schema)
    if (!check) {
      check = this.ajv.compile(rebase(schema, 'document:#/'))
      this.compiled.set(schema, check)
    }
    return check(value) ? '' : this.ajv.errorsText(check.errors)
  }

  // sample returns a valid value that fits, with all optional fields if full, or undefined.
  sample (schema, full, fits = () => true) {
    const root = { ...rebase(schema, '#/$defs/document/'), $defs: this.definitions }
    for (let seed = 1; seed <= seeds; seed++) {
      let value
      try {
        value = generateSync(root, { seed, alwaysFakeOptionals: full, optionalsProbability: full ? 1 : 0, maxDepth: full ? 6 : 4, maxDefaultItems: 2, useDefaultValue: false })
      } catch {
        continue
      }
      if (this.errors(schema, value) === '' && fits(value)) return value
    }
  }
}

// rebase makes the references of a schema refer to a document elsewhere.
function rebase (value, prefix) {
  if (Array.isArray(value)) return value.map(element => rebase(element, prefix))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) =>
    [key, key === '$ref' && typeof child === 'string' && child.startsWith('#/') ? prefix + child.slice(2) : rebase(child, prefix)]))
}
