// A module of the project, in whatever form it is written: CommonJS, ECMAScript module, TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Fault } from '../places.mjs'

// what webpack-cli tries for a TypeScript config (interpret's list), then the compiler alone
const COMPILERS = [
  'ts-node/register/transpile-only',
  'sucrase/register/ts',
  'esbuild-register',
  '@swc/register',
  '@swc-node/register',
  'tsx/cjs',
  'jiti/register',
]

/** What the file exports; `default` stands for the module where it has one. */
export async function exported(folder, file) {
  const path = join(folder, file)
  const require = createRequire(path)
  if (/\.[cm]?ts$/.test(path)) typed(require, file)
  const module = isModule(path) ? await importing(path, file) : require(path)
  const value = module?.[Symbol.toStringTag] === 'Module' || module?.__esModule ? module.default : module
  const isPlain = value && Object.getPrototypeOf(value) === Object.prototype
  const nothing = isPlain && !Object.keys(value).length
  if (value === undefined || value === null || nothing) {
    throw new Fault('nothing', 'the config exports nothing', { file, line: 1 })
  }
  return value
}

async function importing(path, file) {
  try {
    return await import(pathToFileURL(path))
  } catch (error) {
    if (error?.name !== 'SyntaxError') throw error
    // of a module, V8 does not say where; Node's own check does
    const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' })
    const [, line] = /^(?:file:\/\/)?\/.*:(\d+)$/m.exec(stderr) ?? []
    throw line ? new Fault('syntax', error.message, { file, line: Number(line) }) : error
  }
}

// https://nodejs.org/api/packages.html#determining-module-system; what a compiler makes of TypeScript is CommonJS
function isModule(path) {
  if (/\.m[jt]s$/.test(path)) return true
  if (!path.endsWith('.js')) return false
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).type === 'module'
  }
  return false
}

function typed(require, file) {
  for (const name of COMPILERS) {
    try {
      require(name)
      return
    } catch (error) {
      if (error?.code !== 'MODULE_NOT_FOUND' && error?.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    }
  }
  if (transpiling(require) || process.features.typescript) return
  const needs = 'typescript'
  throw new Fault('missing', `${file} needs a TypeScript compiler, and the project has none`, { file, needs })
}

function transpiling(require) {
  let typescript
  try {
    typescript = require('typescript')
  } catch {
    return false
  }
  const compilerOptions = { module: typescript.ModuleKind.CommonJS, esModuleInterop: true, target: 'ES2022' }
  const load = (module, path) => {
    const { outputText } = typescript.transpileModule(readFileSync(path, 'utf8'), { fileName: path, compilerOptions })
    module._compile(outputText, path)
  }
  for (const extension of ['.ts', '.cts']) Module._extensions[extension] = load
  return true
}

/** A config that may be a function, or a promise of one, as its tool asks for it. */
export async function settled(value, ...given) {
  const awaited = await value
  return typeof awaited === 'function' ? await awaited(...given) : awaited
}
