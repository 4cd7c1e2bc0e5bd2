// Reads a document and servers that serve it, calls every operation of each server, and prints what
// they did.
import http from 'node:http'
import { build, operations, Unbuildable } from './calls.mjs'
import { open, resolve } from './document.mjs'
import { Existing } from './existing.mjs'
import { accepts, problem } from './judge.mjs'
import { mutations } from './mutations.mjs'
import { Schemas } from './schemas.mjs'

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

function send (server, { method, url, headers, body }) {
  return new Promise(resolve => {
    const target = new URL(server.url)
    const base = target.pathname.replace(/\/$/, '')
    const fail = error => resolve({ status: 0, headers: {}, body: error.message })
    const request = http.request({ host: target.hostname, port: target.port, method, path: base + url, headers, agent }, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }))
    })
    request.on('error', error => { // an idle connection may end at any time
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(send(server, { method, url, headers, body }))
      else fail(error)
    })
    if (body !== undefined) request.setHeader('Content-Length', Buffer.byteLength(body)) // also with DELETE
    request.end(body)
  })
}

// authorize adds credentials of every security scheme, and then those of the server.
function authorize (document, server, call) {
  const headers = { ...call.headers }
  let { url } = call
  for (const scheme of Object.values(document.components?.securitySchemes ?? {}).map(one => resolve(document, one))) {
    if (scheme.type === 'apiKey' && scheme.in === 'header') headers[scheme.name] ??= 'key'
    else if (scheme.type === 'apiKey' && scheme.in === 'cookie') headers.Cookie = [headers.Cookie, `${scheme.name}=key`].filter(Boolean).join('; ')
    else if (scheme.type === 'apiKey' && !new URLSearchParams(url.split('?')[1]).has(scheme.name)) url += `${url.includes('?') ? '&' : '?'}${scheme.name}=key`
    else if (scheme.type !== 'apiKey') headers.Authorization ??= scheme.scheme?.toLowerCase() === 'basic' ? 'Basic dXNlcjpwYXNz' : 'Bearer token'
  }
  return { ...call, url, headers: { Accept: 'application/json, */*;q=0.5', ...headers, ...server.headers } }
}

// checkedFormats are the formats that a server has to check.
const checkedFormats = ['date', 'date-time', 'byte', 'uuid', 'int32', 'int64']

async function run (server, { request, response }) {
  const [requests, oracle, responses] = [new Schemas(request), new Schemas(request, checkedFormats), new Schemas(response)]
  const existing = new Existing()
  for (const [collection, objects] of Object.entries(server.objects ?? {})) existing.add(collection, ...objects)
  const results = []
  const judged = operations(response)
  for (const [i, operation] of operations(request).entries()) {
    const result = { operation: `${operation.method} ${operation.path}`, calls: 0, refused: [], invalid: [], unbuildable: '', mutations: 0, missed: [] }
    let accepted
    for (const full of [false, true]) {
      let call
      try {
        call = build(requests, operation, full, existing.find.bind(existing))
      } catch (error) {
        if (!(error instanceof Unbuildable)) throw error
        result.unbuildable = error.message
        continue
      }
      call = authorize(request, server, call)
      const reply = await send(server, call)
      const what = summary(call)
      result.calls++
      if (!accepts(reply)) {
        result.refused.push(`${what} -> ${reply.status} ${reply.body.slice(0, 500)}`)
        continue
      }
      existing.learn(call, reply)
      accepted = call
      const wrong = problem(responses, judged[i], reply)
      if (wrong) result.invalid.push(`${what} -> ${reply.status} ${wrong}: ${reply.body.slice(0, 500)}`)
    }
    for (const { what, call } of accepted ? mutations(oracle, operation, accepted) : []) {
      const { status } = await send(server, call)
      result.mutations++
      if (!server.rejections.includes(status)) result.missed.push(`${what}: ${summary(call)} -> ${status}`)
    }
    results.push(result)
  }
  return results
}

const summary = ({ method, url, body = '' }) => `${method} ${url} ${body}`.slice(0, 1500)

let input = ''
for await (const chunk of process.stdin) input += chunk
const { document, servers } = JSON.parse(input)
const opened = await open(document)
const output = {}
for (const server of servers.filter(Boolean)) output[server.name] = await run(server, opened)
agent.destroy()
process.stdout.write(JSON.stringify(output))
