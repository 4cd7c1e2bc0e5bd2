// Makes calls invalid. Ajv decides whether they are: a mutation that leaves a value valid is none.
import { contentOf, variableOf } from './calls.mjs'
import { resolve } from './document.mjs'

const maxPerOperation = 30

const others = [null, true, 7, 'a text', [], {}]

// mutations returns invalid variants of a call, and what is wrong with each.
export function mutations (schemas, operation, call) {
  return spread([...ofBody(schemas, operation, call), ...ofParameters(schemas, operation, call)])
}

// spread returns at most as many elements as are wanted, from all of the list.
function spread (list) {
  const step = Math.max(1, list.length / maxPerOperation)
  return Array.from({ length: Math.min(list.length, maxPerOperation) }, (_, i) => list[Math.floor(i * step)])
}

function ofBody (schemas, { operation }, call) {
  const type = (call.headers['Content-Type'] ?? '').split(';')[0]
  if (!call.body || !/[/+]json$/.test(type)) return []
  const body = resolve(schemas.document, operation.requestBody)
  const schema = contentOf(schemas, body).find(([name]) => name.split(';')[0] === type)?.[1].schema
  if (schema === undefined) return []
  const list = []
  for (const [what, value] of changed(JSON.parse(call.body), '')) {
    const wrong = schemas.errors(schema, value)
    if (wrong) list.push({ what: `body ${what}: ${wrong}`, call: { ...call, body: JSON.stringify(value) } })
  }
  if (body.required) {
    const headers = { ...call.headers }
    delete headers['Content-Type']
    list.push({ what: 'no body', call: { ...call, headers, body: undefined } })
  }
  return list
}

// changed yields a value with one part replaced or removed.
function * changed (value, pointer) {
  for (const other of others) yield [`${pointer} = ${JSON.stringify(other)}`, other]
  if (value === null || typeof value !== 'object') return
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value)) {
      const { [key]: _, ...rest } = value
      yield [`${pointer}/${key} removed`, rest]
    }
    for (const [what, part] of changed(value[key], `${pointer}/${key}`)) {
      yield [what, Array.isArray(value) ? value.with(Number(key), part) : { ...value, [key]: part }]
    }
  }
}

function ofParameters (schemas, { path, parameters }, call) {
  const list = []
  const [address, query = ''] = call.url.split('?')
  const pairs = query.split('&').filter(Boolean)
  for (const one of parameters) {
    const schema = one.schema
    if (!schema) continue
    const own = pairs.filter(pair => pair.startsWith(encodeURIComponent(one.name) + '='))
    const rest = pairs.filter(pair => !own.includes(pair))
    if (one.in === 'query' && own.length > 0 && one.required) {
      list.push({ what: `no query ${one.name}`, call: { ...call, url: join(address, rest) } })
    }
    const wrong = schemas.errors(schema, 'a-text')
    const resolved = resolve(schemas.document, schema)
    if (!wrong || ['array', 'object'].some(type => [resolved.type].flat().includes(type))) continue
    if (one.in === 'query' && own.length > 0) {
      list.push({ what: `query ${one.name}: ${wrong}`, call: { ...call, url: join(address, [...rest, `${encodeURIComponent(one.name)}=a-text`]) } })
    }
    const segment = path.split('/').indexOf(variableOf(path, one.name))
    if (one.in === 'path' && segment >= 0) {
      list.push({ what: `path ${one.name}: ${wrong}`, call: { ...call, url: join(address.split('/').with(segment, 'a-text').join('/'), pairs) } })
    }
  }
  return list
}

const join = (address, pairs) => pairs.length > 0 ? address + '?' + pairs.join('&') : address
