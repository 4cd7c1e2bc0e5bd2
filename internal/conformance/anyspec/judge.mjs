// Judges the responses of a server by a document.
import { contentOf } from './calls.mjs'
import { resolve } from './document.mjs'

// accepts reports whether a response says that the call was accepted. Status 0 is none.
export const accepts = ({ status }) => status > 0 && status < 400

// problem returns what the document says is wrong with the response to an accepted call, or "".
export function problem (schemas, { method, operation }, { status, headers, body }) {
  const responses = operation.responses ?? {}
  const key = [String(status), `${String(status)[0]}XX`, 'default'].find(key => responses[key])
  if (!key) return `status ${status} is not in ${Object.keys(responses)}`
  const response = resolve(schemas.document, responses[key])
  for (const [name, one] of Object.entries(response.headers ?? {})) {
    const header = resolve(schemas.document, one)
    if (header.required && headers[name.toLowerCase()] === undefined && name.toLowerCase() !== 'content-type') return `no header ${name}`
  }
  const content = contentOf(schemas, response)
  if (method === 'HEAD') return ''
  if (body.length === 0) {
    return content.length === 0 || status === 204 || status === 304 || content.every(([type]) => !/json/.test(type)) ? '' : 'no body'
  }
  if (content.length === 0) return 'a body that the document does not have'
  const got = (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase()
  const matching = content.filter(([type]) => matches(type.split(';')[0].trim().toLowerCase(), got))
  if (matching.length === 0) return `content type ${got || 'missing'}, want ${content.map(([type]) => type)}`
  if (!/[/+]json$/.test(got)) return ''
  let value
  try {
    value = JSON.parse(body)
  } catch {
    return 'not JSON'
  }
  const problems = matching.map(([, media]) => media.schema === undefined ? '' : schemas.errors(media.schema, value))
  return problems.includes('') ? '' : problems[0]
}

const matches = (pattern, type) => pattern === type || pattern === '*/*' || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)))
