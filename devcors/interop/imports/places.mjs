// Where in the project an error comes from.
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An error of ours: `kind` is one of evaluating.py's, `file` and `line` (from 1) are where it is about. */
export class Fault extends Error {
  constructor(kind, message, { file, line, needs } = {}) {
    super(message)
    Object.assign(this, { kind, file, line, needs })
  }
}

/** `{ file, line }`, the file relative to the folder; of an error that came out of a bundler, or out of the code. */
export function placeOf(error, folder) {
  if (error === null || typeof error !== 'object') return {}
  for (const { file, line } of candidates(error)) {
    const path = isAbsolute(file) ? file : resolve(folder, file)
    const inside = relative(folder, path)
    if (inside.startsWith('..') || inside.split(sep).includes('node_modules') || !existsSync(path)) continue
    return { file: inside, line: line && line <= lines(path) ? line : undefined }
  }
  return {}
}

function* candidates(error) {
  if (error.file) yield { file: error.file, line: error.line }
  // esbuild (Vite before 8), Rolldown and Rollup, Babel
  for (const each of error.errors ?? []) {
    if (each?.location?.file) yield each.location
    if (each?.loc?.file) yield each.loc
  }
  if (error.loc?.file ?? error.id) yield { file: error.loc?.file ?? error.id, line: error.loc?.line }
  const stack = String(error.stack ?? '')
  // Rolldown's picture of the place
  for (const [, file, line] of stack.matchAll(/\[ ?([^\s[\]]+):(\d+):\d+ ?\]/g)) yield { file, line: Number(line) }
  // V8: the file and line of a syntax error stand alone on the first line, those of a frame at its end
  for (const [, name, line] of stack.matchAll(/(?:^|\(|at )((?:file:\/\/|\/|[A-Za-z]:\\)[^\n()]*?):(\d+)(?::\d+)?(?=\)?$)/gm)) {
    yield { file: name.startsWith('file:') ? fileURLToPath(name) : name, line: Number(line) }
  }
}

function lines(path) {
  return readFileSync(path, 'utf8').split('\n').length
}
