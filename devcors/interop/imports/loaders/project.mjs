// The project's own packages.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Fault } from '../places.mjs'

/** The folder and package.json of a package, as a module in `folder` would get it. */
export function found(folder, name) {
  const require = createRequire(join(folder, 'package.json'))
  // by its place, since many packages do not export their package.json
  const places = require.resolve.paths(name) ?? []
  const file = places.map((place) => join(place, name, 'package.json')).find(existsSync) ?? resolved(require, name)
  return { folder: dirname(realpathSync(file)), json: JSON.parse(readFileSync(file, 'utf8')) }
}

/** A module of the project's own package; `entry` is its file in the package's folder, if not what `import` says. */
export async function imported(folder, name, entry) {
  const own = found(folder, name)
  const file = entry ?? entryOf(own.json)
  try {
    return await import(pathToFileURL(join(own.folder, file)))
  } catch (error) {
    const wants = own.json.engines?.node
    const why = wants ? `${name} ${own.json.version} wants Node ${wants}, this is ${process.version}: ` : ''
    throw new Fault('tool', `${name} cannot be loaded: ${why}${error.message}`)
  }
}

function resolved(require, name) {
  try {
    return require.resolve(`${name}/package.json`)
  } catch {
    throw new Fault('missing', `the project's own ${name} is not installed`, { needs: name })
  }
}

function entryOf({ exports, module, main }) {
  let entry = exports?.['.'] ?? exports
  while (entry && typeof entry === 'object') entry = entry.import ?? entry.node ?? entry.module ?? entry.default
  return entry ?? module ?? main ?? 'index.js'
}
