// Globs as regular expressions, by the project's own micromatch.
import { createRequire } from 'node:module'

/** `{ glob: source of its expression }` of all globs that stand in a context or pathFilter of the entries. */
export function globsOf(require, entries) {
  const texts = entries.flatMap(({ context, options }) => [context, options.pathFilter].flat())
  const globs = new Set(texts.filter((text) => typeof text === 'string'))
  const out = {}
  let own
  try {
    own = createRequire(require.resolve('http-proxy-middleware'))
  } catch {
    return out
  }
  const [isGlob, micromatch] = [own('is-glob'), own('micromatch')]
  for (const glob of globs) if (isGlob(glob)) out[glob] = micromatch.makeRe(glob.replace(/^!/, '')).source
  return out
}
