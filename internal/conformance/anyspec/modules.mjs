// Loads npm packages that npx provides next to a directory of the PATH.
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const dirs = process.env.PATH.split(path.delimiter).filter(dir => dir.endsWith(path.join('node_modules', '.bin'))).map(path.dirname)

export function load (name) {
  for (const dir of dirs) {
    try {
      return createRequire(path.join(dir, 'x.js'))(name)
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  throw new Error(`${name} is not next to a directory of the PATH`)
}

// loadModule loads a package that is an ECMAScript module only.
export async function loadModule (name, file) {
  for (const dir of dirs) {
    try {
      return await import(pathToFileURL(path.join(dir, name, file)))
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    }
  }
  throw new Error(`${name} is not next to a directory of the PATH`)
}
