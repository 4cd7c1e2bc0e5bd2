// Reads a spec and then exchanges, a JSON document per line, and prints a verdict for each exchange.
// It sends each request to itself, through express-openapi-validator to a handler that replies as
// told. npx provides the modules next to a directory of the PATH.
'use strict'
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const readline = require('node:readline')

const modules = process.env.PATH.split(path.delimiter).filter(dir => dir.endsWith(path.join('node_modules', '.bin'))).map(path.dirname)
const load = name => require(require.resolve(name, { paths: modules.map(path.dirname) }))
const express = load('express')
const validator = load('express-openapi-validator')

const rejection = 599 // a status that no exchange has

let current // exchange
let called // whether its request passed

function reply (_, res) {
  called = true
  const { status, contentType, body } = current.reply
  res.status(status)
  if (contentType) res.type(contentType)
  let value
  try {
    value = JSON.parse(body)
  } catch {
    res.end(body) // the validator looks at JSON only
    return
  }
  res.json(value)
}

function server (apiSpec) {
  const app = express()
  app.use(express.json({ strict: false }))
  app.use(validator.middleware({ apiSpec, validateApiSpec: false, validateResponses: true, validateSecurity: false, ignoreUndocumented: false }))
  app.use(reply)
  app.use((error, _req, res, _next) => {
    res.status(rejection).end(error.message)
  })
  return app.listen(0, '127.0.0.1')
}

function judge (port) {
  return new Promise((resolve, reject) => {
    const { method, path, header, body } = current
    const request = http.request({ host: '127.0.0.1', port, method, path, headers: header }, response => {
      const rejected = response.statusCode === rejection
      response.resume().on('end', () => {
        resolve({ verdict: !rejected ? 'passes' : called ? 'response rejected' : 'request rejected' })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function main () {
  let listener
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!listener) {
      listener = server(JSON.parse(line))
      await once(listener, 'listening')
      continue
    }
    current = JSON.parse(line)
    called = false
    process.stdout.write(JSON.stringify(await judge(listener.address().port)) + '\n')
  }
  listener.close()
}

main()
