// Angular's proxy file, by the loader of the project's own builder.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Fault } from '../places.mjs'
import { exported } from './modules.mjs'
import { found } from './project.mjs'
import { chained, listed } from './webpack.mjs'

/** `webpack` tells that the builder is the older one, whose dev server takes the file as it is. */
export async function load({ folder, file, webpack }) {
  const builder = builderOf(folder)
  const require = createRequire(join(builder.folder, 'package.json'))
  const written = extname(file) === '.json' ? json(require, folder, file) : await exported(folder, file)
  const version = builder.json.version
  if (webpack) {
    const server = createRequire(join(builder.folder, 'package.json')).resolve('webpack-dev-server/package.json')
    return { version, ...(await chained(join(server, '..'), listed(written))) }
  }
  const names = namesOf(written)
  const [rewrites, skipped] = [keysOf(written), passedOver(written)]
  const proxy = await normalized(require, builder.folder, folder, file)
  // a glob became an expression, and went to the end, in the order in which the globs stood
  const globs = names.filter((name) => !(name in proxy))
  const entries = Object.entries(proxy).map(([context, options]) => {
    const name = names.includes(context) ? context : (globs.shift() ?? context)
    return { name, context, options, texts: rewrites }
  })
  return { version, vite: require('vite/package.json').version, proxy: entries, skipped }
}

function builderOf(folder) {
  try {
    return found(folder, '@angular/build')
  } catch {
    return found(folder, '@angular-devkit/build-angular')
  }
}

function json(require, folder, file) {
  const { parse, printParseErrorCode } = require('jsonc-parser')
  const text = readFileSync(join(folder, file), 'utf8')
  const errors = []
  const value = parse(text, errors, { allowTrailingComma: true })
  if (errors.length) {
    const line = text.slice(0, errors[0].offset).split('\n').length
    throw new Fault('syntax', printParseErrorCode(errors[0].error), { file, line })
  }
  if (!value || typeof value !== 'object' || !Object.keys(value).length) {
    throw new Fault('nothing', 'there is nothing in it', { file, line: 1 })
  }
  return value
}

function namesOf(written) {
  if (!Array.isArray(written)) return Object.keys(written)
  return written.flatMap((entry) => (Array.isArray(entry?.context) ? entry.context : []))
}

function keysOf(written) {
  const rewrites = Object.values(written).map((entry) => entry?.pathRewrite)
  return rewrites.flatMap((rewrite) => (rewrite && typeof rewrite === 'object' ? Object.keys(rewrite) : []))
}

// of a list, the builder passes over what has no list of paths
function passedOver(written) {
  const entries = Array.isArray(written) ? written.filter((entry) => !Array.isArray(entry?.context)) : []
  return entries.map((entry) => String(entry?.context ?? entry?.target ?? 'an entry without context'))
}

async function normalized(require, builder, folder, file) {
  for (const path of ['src/utils/load-proxy-config.js', 'src/utils/index.js']) {
    let load
    try {
      load = require(join(builder, path)).loadProxyConfiguration
    } catch (error) {
      if (error?.code !== 'MODULE_NOT_FOUND') throw error
    }
    if (load) return (await load(folder, file)) ?? {}
  }
  throw new Fault('tool', 'the project’s builder has no loader of proxy files that devcors knows of')
}
