// next.config.*, by Next's own loader: TypeScript, env files, functions of the phase, and all its defaults.
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { Fault } from '../places.mjs'
import { found, imported } from './project.mjs'

process.env.NODE_ENV ||= 'development' // as `next dev` does, before the config is there

export async function load({ folder, file }) {
  try {
    return await loaded(folder, file)
  } catch (error) {
    throw await explained(error, folder, file)
  }
}

async function loaded(folder, file) {
  const loadConfig = await builtin(folder, 'dist/server/config.js')
  const config = await loadConfig.default('phase-development-server', folder, { silent: true })
  if (typeof config.rewrites !== 'function') {
    throw new Fault('nothing', 'the config has no rewrites()', { file, line: 1 })
  }
  const { basePath, i18n, trailingSlash, skipTrailingSlashRedirect, pageExtensions, experimental } = config
  return {
    version: found(folder, 'next').json.version,
    basePath,
    locales: i18n?.locales,
    defaultLocale: i18n?.defaultLocale,
    trailingSlash,
    skipTrailingSlashRedirect,
    pageExtensions,
    proxyTimeout: experimental?.proxyTimeout,
    rewrites: await config.rewrites(),
    redirects: typeof config.redirects === 'function' ? await config.redirects() : [],
  }
}

const builtin = async (folder, file) => (await imported(folder, 'next', file)).default

/** The error with its place in the config, which Next compiles where it is TypeScript. */
async function explained(error, folder, file) {
  const cause = error?.cause instanceof Error ? error.cause : error // Next says which file, and the cause says what
  const message = String(cause?.message ?? '')
  // SWC: a picture of the place behind the message
  const [, line] = /\[(\d+):\d+\]/.exec(message) ?? []
  if (line && /syntax error/i.test(message)) {
    const [said] = message.trim().replace(/^x /, '').split('\n')
    return new Fault('syntax', said, { file, line: Number(line) })
  }
  const compiled = /next\.config\.compiled\.js:(\d+):(\d+)/.exec(cause?.stack ?? '')
  if (compiled) cause.line = await lineOf(folder, file, Number(compiled[1]), Number(compiled[2]))
  if (compiled) cause.file = file
  return cause
}

/** The line of the config for a place in what Next has compiled it to, with SWC, in this way. */
async function lineOf(folder, file, line, column) {
  const { loadBindings } = await builtin(folder, 'dist/build/swc/index.js')
  const { transform } = await loadBindings()
  const { map } = await transform(readFileSync(join(folder, file), 'utf8'), {
    jsc: { parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    isModule: 'unknown',
    env: { targets: { node: process.versions.node } },
    sourceMaps: true,
  })
  const { originalLine } = new SourceMap(JSON.parse(map)).findEntry(line - 1, column - 1)
  return originalLine === undefined ? undefined : originalLine + 1
}
