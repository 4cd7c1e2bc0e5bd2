// Builds valid calls of the operations of a document.
import { resolve } from './document.mjs'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']
const order = ['post', 'get', 'head', 'query', 'put', 'patch', 'options', 'trace', 'delete']

export class Unbuildable extends Error {}

// operations returns the operations in an order in which objects are created, used and deleted.
export function operations (document) {
  const list = []
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const all = { ...Object.fromEntries(methods.map(method => [method, item[method]])), ...item.additionalOperations }
    for (const [method, operation] of Object.entries(all)) {
      if (!operation) continue
      const parameters = new Map()
      for (const one of [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(one => resolve(document, one))) {
        parameters.set(one.in + ' ' + one.name, one)
      }
      list.push({ method: method.toUpperCase(), path, operation, parameters: [...parameters.values()] })
    }
  }
  const rank = ({ method }) => (order.indexOf(method.toLowerCase()) + order.length) % order.length
  const depth = ({ method, path }) => (path.match(/\{/g) ?? []).length * (method === 'DELETE' ? -1 : 1)
  return list.sort((a, b) => rank(a) - rank(b) || depth(a) - depth(b))
}

// build returns a request: method, url, headers and body. full adds what is optional. existing
// returns a value for a path variable, or undefined.
export function build (schemas, { method, path, operation, parameters }, full, existing) {
  const query = []
  const headers = {}
  const cookies = []
  let url = path
  const ordered = parameters.filter(one => one.in === 'path').sort((a, b) => path.indexOf(variableOf(path, a.name)) - path.indexOf(variableOf(path, b.name)))
  for (const one of ordered) {
    const schema = schemaOf(one)
    const variable = variableOf(url, one.name)
    if (!variable) continue
    const before = url.slice(0, url.indexOf(variable))
    const value = existing(before, one.name, candidate => schemas.errors(schema, candidate) === '') ?? valueOf(schemas, one, schema, true)
    url = url.replaceAll(variable, () => pathText(one, value))
  }
  for (const one of parameters.filter(one => one.in !== 'path')) {
    if (!one.required && !full) continue
    if (one.in === 'header' && ['accept', 'content-type', 'content-length', 'authorization'].includes(one.name.toLowerCase())) continue
    const value = valueOf(schemas, one, schemaOf(one), full, !one.required)
    if (value === undefined || value === null) continue
    if (one.in === 'query') query.push(...queryPairs(one, value))
    else if (one.in === 'querystring') query.push(...Object.entries(value).flatMap(([name, one]) => queryPairs({ name }, one)))
    else if (one.in === 'header') headers[one.name] = one.content ? JSON.stringify(value) : join(value, ',', one.explode, String)
    else if (one.in === 'cookie') cookies.push(`${one.name}=${join(value, ',', false, encode)}`)
  }
  if (cookies.length > 0) headers.Cookie = cookies.join('; ')
  const { type, body } = bodyOf(schemas, operation, full)
  if (type) headers['Content-Type'] = type
  if (query.length > 0) url += '?' + query.join('&')
  return { method, url: url.replaceAll(/[^!-~]/g, encodeURIComponent), headers, body }
}

// variableOf returns a variable of a path as it is written: {id}, or {id:int}, {id?} and {**id}, which
// ASP.NET leaves in.
export const variableOf = (path, name) => (path.match(/\{[^}]*\}/g) ?? []).find(one => one.replace(/[{}*?]|:.*$/g, '') === name)

function schemaOf (parameter) {
  return parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema ?? {}
}

function valueOf (schemas, parameter, schema, full, optional) {
  const examples = [parameter.example, ...Object.values(parameter.examples ?? {}).map(one => resolve(schemas.document, one)?.value)]
  for (const value of examples) {
    if (value !== undefined && value !== '' && schemas.errors(schema, value) === '') return value
  }
  const fits = {
    path: value => !['', '.', '..'].includes(value),
    header: value => /^[!-~]+( [!-~]+)*$/.test(JSON.stringify(value))
  }
  const value = schemas.sample(schema, full, fits[parameter.in])
  if (value === undefined && !optional) throw new Unbuildable(`no value for ${parameter.in} ${parameter.name}`)
  return value
}

function bodyOf (schemas, operation, full) {
  const body = resolve(schemas.document, operation.requestBody)
  if (!body || (!body.required && !full)) return {}
  const content = contentOf(schemas, body)
  const [type, media] = content.find(([type]) => type === 'application/json') ?? content.find(([type]) => /[/+]json/.test(type)) ?? content.find(([type]) => type.startsWith('multipart/')) ?? content.find(([type]) => !/xml/.test(type)) ?? content[0] ?? []
  if (!type) return {}
  if (/[/+]json|^\*\/\*/.test(type)) {
    const value = bodyValue(schemas, media, full)
    return { type: type.includes('*') ? 'application/json' : type, body: JSON.stringify(value) }
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const value = bodyValue(schemas, media, full)
    return { type, body: Object.entries(value).flatMap(([name, one]) => queryPairs({ name, style: 'form' }, one)).join('&') }
  }
  if (type.startsWith('multipart/')) return multipart(schemas, type, media, full)
  if (/xml/.test(type) && typeof media.example !== 'string') throw new Unbuildable('XML without an example')
  return { type: type.includes('*') ? 'application/octet-stream' : type, body: typeof media.example === 'string' ? media.example : 'text' }
}

// contentOf returns the media types and their objects.
export const contentOf = (schemas, { content = {} }) => Object.entries(content).map(([type, media]) => [type, resolve(schemas.document, media)])

// bodyValue returns an example of the document if it is valid, or else a sample.
function bodyValue (schemas, media, full) {
  const examples = [media.example, ...Object.values(media.examples ?? {}).map(one => resolve(schemas.document, one)?.value)]
  const schema = media.schema ?? {}
  for (const value of full ? examples : []) {
    if (value !== undefined && schemas.errors(schema, value) === '') return value
  }
  const value = schemas.sample(schema, full) ?? schemas.sample(schema, !full)
  if (value === undefined) throw new Unbuildable('no value for the body')
  return value
}

function multipart (schemas, type, media, full) {
  const boundary = 'boundary-of-parts'
  const value = bodyValue(schemas, media, full)
  const properties = resolve(schemas.document, media.schema)?.properties ?? {}
  const parts = Object.entries(value).flatMap(([name, one]) => {
    let property = resolve(schemas.document, properties[name])
    if (Array.isArray(one)) property = resolve(schemas.document, property?.items)
    return (Array.isArray(one) ? one : [one]).map(element => {
      const file = property?.format === 'binary' ? '; filename="file"\r\nContent-Type: application/octet-stream' : ''
      const json = typeof element === 'object' ? '\r\nContent-Type: application/json' : ''
      return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${json}\r\n\r\n${json ? JSON.stringify(element) : element}\r\n`
    })
  })
  return { type: `${type}; boundary=${boundary}`, body: parts.join('') + `--${boundary}--\r\n` }
}

const encode = value => encodeURIComponent(String(value)).replaceAll(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase())

const scalar = value => typeof value === 'object' && value !== null ? JSON.stringify(value) : value

function join (value, delimiter, explode, change) {
  if (Array.isArray(value)) return value.map(one => change(scalar(one))).join(delimiter)
  if (value === null || typeof value !== 'object') return change(value)
  return Object.entries(value).map(([key, one]) => change(key) + (explode ? '=' : delimiter) + change(scalar(one))).join(delimiter)
}

function pathText (parameter, value) {
  const { name, style = 'simple', explode = false, content } = parameter
  if (content) return encode(JSON.stringify(value))
  if (style === 'label') return '.' + join(value, explode ? '.' : ',', explode, encode)
  if (style === 'matrix') {
    if (explode && Array.isArray(value)) return value.map(one => `;${name}=${encode(one)}`).join('')
    if (explode && typeof value === 'object') return ';' + join(value, ';', true, encode)
    return `;${name}=` + join(value, ',', false, encode)
  }
  return join(value, ',', explode, encode)
}

function queryPairs (parameter, value) {
  const { name, style = 'form', content } = parameter
  const explode = parameter.explode ?? (style === 'form' || style === 'deepObject')
  if (content) return [`${encode(name)}=${encode(JSON.stringify(value))}`]
  if (style === 'deepObject') return deep(encode(name), value)
  if (Array.isArray(value)) {
    if (value.length === 0) return []
    if (explode) return value.map(one => `${encode(name)}=${encode(scalar(one))}`)
    return [`${encode(name)}=` + join(value, { spaceDelimited: '%20', pipeDelimited: '%7C' }[style] ?? ',', false, encode)]
  }
  if (value !== null && typeof value === 'object' && explode) return Object.entries(value).map(([key, one]) => `${encode(key)}=${encode(scalar(one))}`)
  return [`${encode(name)}=` + join(value, ',', false, encode)]
}

function deep (prefix, value) {
  if (value === null || typeof value !== 'object') return [`${prefix}=${encode(value)}`]
  return Object.entries(value).flatMap(([key, one]) => deep(`${prefix}[${encode(key)}]`, one))
}
