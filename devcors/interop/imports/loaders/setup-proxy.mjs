// src/setupProxy.js, called as Create React App calls it, with an app that only notes what it is given.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Fault } from '../places.mjs'
import { asking } from './chain.mjs'
import { environment } from './environment.mjs'
import { globsOf } from './globs.mjs'
import { exported } from './modules.mjs'
import { record, recorded } from './recording.mjs'

// as react-scripts reads them: what is set already stays, so the first of them wins
const ENVIRONMENT = ['.env.development.local', '.env.local', '.env.development', '.env']
const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']

export async function load({ folder, file }) {
  process.env.NODE_ENV ??= 'development'
  environment(folder, ENVIRONMENT)
  record(folder)
  const setup = await exported(folder, file)
  const steps = []
  if (recorded(setup)) {
    steps.push({ id: 0, handler: setup })
  } else if (typeof setup === 'function') {
    await setup(appOf(steps))
  } else {
    throw new Fault('nothing', 'the module exports no function to call with the app', { file, line: 1 })
  }
  const entries = steps.map(({ handler, mounts, method, whole }) => {
    const made = recorded(handler)
    return { mounts: mounts.map(String), method, whole, options: {}, ...made, known: made !== undefined }
  })
  const require = createRequire(join(folder, file))
  return { entries, globs: globsOf(require, entries), ask: asking(steps) }
}

function appOf(steps) {
  const app = new Proxy(
    { locals: {}, settings: {} },
    {
      get(target, name) {
        if (name in target) return target[name]
        if (name === 'then') return undefined
        if (name === 'use' || name === 'all' || METHODS.includes(name)) {
          return (...given) => {
            add(steps, name, given)
            return app
          }
        }
        return () => app
      },
    },
  )
  return app
}

function add(steps, name, given) {
  const paths = isPath(given[0]) ? [given[0]].flat() : []
  const handlers = (paths.length ? given.slice(1) : given).flat(Infinity)
  for (const handler of handlers) {
    if (typeof handler !== 'function') throw new TypeError(`app.${name}() requires a middleware function`)
    const method = METHODS.includes(name) ? name : undefined
    steps.push({ id: steps.length, mounts: paths, method, whole: name !== 'use', handler })
  }
}

// an array may be of paths, or of handlers
function isPath(value) {
  return [value].flat().every((each) => typeof each === 'string' || each instanceof RegExp)
}
