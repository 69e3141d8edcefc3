// The .env files of a project, for tools that read them before they load their config.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Sets what the files say; what is set already stays, so the first file wins. */
export function environment(folder, names) {
  for (const file of names.map((name) => join(folder, name)).filter((path) => existsSync(path))) {
    process.loadEnvFile?.(file) // Node 20.12 and later
  }
}
