// Loads another tool's config in the project's own Node, and calls its functions when asked to.
//
// One JSON value a line: questions come on one descriptor, answers go to another, both named by the arguments, so that
// whatever the config prints disturbs nothing. When the questions end, so does this program. See evaluating.py, which
// is at the other end.
import { createReadStream, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import { Fault, placeOf } from './places.mjs'

const DEEPEST = 20 // levels; nothing that a proxy is told goes deeper
const functions = []
const here = import.meta.url
const [asked, answered] = process.argv.splice(2).map(Number)

function tell(message) {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`)
  while (rest.length) {
    try {
      rest = rest.subarray(writeSync(answered, rest))
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
    }
  }
}

// JSON has no functions, expressions, undefined; what is none of these and no plain object is named by its kind
function encode(value, above = []) {
  if (typeof value === 'function') {
    functions.push(value)
    return { $function: functions.length - 1, source: Function.prototype.toString.call(value) }
  }
  if (typeof value === 'bigint' || typeof value === 'symbol') return { $other: typeof value }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $other: String(value) }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof RegExp) return { $regex: value.source, flags: value.flags }
  if (value instanceof URL) return { $url: value.href }
  if (above.includes(value) || above.length > DEEPEST) return { $other: 'circular' }
  const within = [...above, value]
  if (Array.isArray(value)) return value.map((item) => encode(item === undefined ? null : item, within))
  const kind = Object.getPrototypeOf(value)?.constructor?.name ?? 'Object'
  if (kind !== 'Object') return { $other: kind }
  const pairs = Object.entries(value).filter(([, item]) => item !== undefined)
  return { $object: pairs.map(([name, item]) => [name, encode(item, within)]) }
}

async function load({ loader, folder, settings }) {
  process.chdir(folder)
  const { load } = await import(new URL(`./loaders/${loader}.mjs`, here))
  return encode(await load({ folder, ...settings }))
}

async function call({ call, calls }) {
  const results = []
  for (const given of calls) {
    try {
      results.push({ value: encode(await functions[call](...given)) })
    } catch (error) {
      results.push({ threw: String(error?.message ?? error) })
    }
  }
  return results
}

// what a handler does to a request on its way, or to a response on its way back, seen with stand-ins for them
async function observe(question) {
  const { observed, handlersOf } = await import('./observing.mjs')
  if ('configure' in question) return encode(await handlersOf(functions[question.configure], question.options))
  return observed(functions[question.observe], question.event, question.requests, question.options)
}

async function answer(question) {
  try {
    if ('loader' in question) return { value: await load(question) }
    return { value: 'call' in question ? await call(question) : await observe(question) }
  } catch (error) {
    const place = placeOf(error, question.folder ?? process.cwd())
    const kind = error instanceof Fault ? error.kind : kindOf(error)
    return { fault: { kind, message: messageOf(error), needs: error?.needs, ...place } }
  }
}

function kindOf(error) {
  const first = error?.errors?.[0]
  const text = String(first?.text ?? first?.message ?? '')
  if (/could not resolve|cannot resolve/i.test(text)) return 'missing'
  if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error?.code)) return 'missing'
  // a bundler's list of errors is about the text of the config: it has not run yet
  return error?.name === 'SyntaxError' || text ? 'syntax' : 'threw'
}

function messageOf(error) {
  if (!(error instanceof Error)) return `it threw ${inspect(error)}`
  const first = error.errors?.[0]
  const text = String(first?.text ?? first?.message ?? error.message ?? error.name)
  // where a bundled copy of the config lay for a moment tells nobody anything
  return text.replace(/ imported from .*/s, '').replace(/\nRequire stack:.*/s, '').trim() || error.name
}

// a promise that the config left alone, or a timer of it, must not end the program before it has answered
process.on('unhandledRejection', (error) => console.error(error))
process.on('uncaughtException', (error) => console.error(error))
// a config that thinks that all is lost ends only itself
const exit = process.exit.bind(process)
process.exit = (status) => {
  throw new Error(`it called process.exit(${status ?? ''})`)
}

for await (const line of createInterface({ input: createReadStream(null, { fd: asked }) })) tell(await answer(JSON.parse(line)))
exit(0)
