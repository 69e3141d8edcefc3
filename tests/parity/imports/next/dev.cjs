// `next dev --webpack` in front of many projects, in one process: what the command runs in its worker. Turbopack takes
// one project for a process, and no packages behind symbolic links.
const tell = process.stdout.write.bind(process.stdout) // for the ports alone
process.stdout.write = process.stderr.write.bind(process.stderr)
process.setMaxListeners(0) // each server adds its own
process.env.NODE_ENV = 'development'
process.env.__NEXT_DEV_SERVER = '1'
process.env.NEXT_TELEMETRY_DISABLED = '1'
process.env.NEXT_MANUAL_SIG_HANDLE = '1'
globalThis.fetch = async () => { // each server would ask npm whether there is a newer one
  throw new Error('not from a test')
}
const { existsSync, mkdirSync } = require('node:fs')
const { join } = require('node:path')
const { startServer } = require('next/dist/server/lib/start-server')

async function main() {
  const [folders, ports] = process.argv.slice(2).map((text) => JSON.parse(text))
  for (const [name, dir] of Object.entries(folders)) {
    if (!existsSync(join(dir, 'app'))) mkdirSync(join(dir, 'pages'), { recursive: true }) // one of them has to be there
    await startServer({ dir, port: ports[name], hostname: '127.0.0.1', isDev: true, allowRetry: false })
  }
  tell(`${JSON.stringify(ports)}\n`)
}

process.on('unhandledRejection', (error) => console.error(error))
process.stdin.on('end', () => process.exit()).resume()
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
