// The project's own http-proxy-middleware, with a note of what it is called with, and where.
import Module from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAME = 'http-proxy-middleware'
const MAKERS = ['createProxyMiddleware', 'legacyCreateProxyMiddleware', 'proxy', 'default']
const made = new Map()
let root

/** What a middleware was made of: `{ context, options, version, file, line }`; undefined for any other handler. */
export function recorded(handler) {
  return made.get(handler)
}

/** From now on what the project in the folder makes is noted; its files are told relative to the folder. */
export function record(folder) {
  const first = root === undefined
  root = folder
  if (!first) return
  globalThis[Symbol.for('devcors.recording')] = (real, url) => withNotes(real, versionAt(fileURLToPath(url)))
  const load = Module._load
  Module._load = function (request, parent, ...rest) {
    const real = load.call(this, request, parent, ...rest)
    return request === NAME ? withNotes(real, versionAt(Module._resolveFilename(request, parent))) : real
  }
  Module.register?.(new URL('./resolving.mjs', import.meta.url))
}

/** The package with its makers noted: a function (version 0), or an object of functions. */
function withNotes(real, version) {
  const noted = new Map()
  const noting = (maker, name) => {
    if (!noted.has(maker)) noted.set(maker, noter(maker, version))
    return noted.get(maker)
  }
  if (typeof real === 'function') return Object.assign(noting(real, 'proxy'), real)
  const out = { ...real }
  for (const name of MAKERS) if (typeof real[name] === 'function') out[name] = noting(real[name], name)
  return out
}

function noter(maker, version) {
  const noting = function (first, second) {
    const handler = maker(first, second)
    // before version 3 the first of two is the context, and a text alone is context and target
    const both = second !== undefined
    const context = both || typeof first === 'string' ? first : undefined
    const options = both ? second : typeof first === 'string' ? {} : first
    made.set(handler, { context, options, version, ...caller() })
    return handler
  }
  return Object.defineProperties(noting, { name: { value: maker.name }, length: { value: maker.length } })
}

function caller() {
  for (const text of new Error().stack.split('\n').slice(3)) {
    const found = /(?:\(|at )(?:file:\/\/)?(\/[^()]*):(\d+):\d+\)?$/.exec(text)
    const inside = found && relative(root, found[1])
    if (inside && !inside.startsWith('..') && !inside.split(sep).includes('node_modules')) {
      return { file: inside, line: Number(found[2]) }
    }
  }
  return {}
}

function versionAt(file) {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (name === NAME) return version
    } catch {
      // not the package's own folder yet
    }
  }
  return undefined
}
