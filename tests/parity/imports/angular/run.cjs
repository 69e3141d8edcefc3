// What `ng serve` does with a proxy file: the real loader of @angular/build, and its own Vite with what comes out.
const { createRequire } = require('node:module')
const { mkdirSync, readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { pathToFileURL } = require('node:url')

const builder = dirname(require.resolve('@angular/build/package.json'))
const { loadProxyConfiguration } = require(join(builder, 'src/utils/load-proxy-config.js'))

function fileOf(folder) {
  const [project] = Object.values(JSON.parse(readFileSync(join(folder, 'angular.json'), 'utf8')).projects)
  const { options = {}, configurations = {}, defaultConfiguration } = (project.architect ?? project.targets).serve
  return { ...options, ...configurations[defaultConfiguration] }.proxyConfig
}

async function started(createServer, folder) {
  process.chdir(folder)
  // src/builders/dev-server/vite/server.js
  const root = join(folder, '.angular/vite-root')
  mkdirSync(root, { recursive: true })
  const server = await createServer({
    configFile: false,
    envFile: false,
    cacheDir: join(folder, '.angular/cache'),
    root,
    publicDir: false,
    appType: 'custom',
    logLevel: 'silent',
    optimizeDeps: { noDiscovery: true },
    server: {
      host: '127.0.0.1',
      port: 0,
      ws: false,
      cors: { origin: true, preflightContinue: true },
      proxy: await loadProxyConfiguration(folder, fileOf(folder)),
    },
  })
  await server.listen()
  return server.httpServer.address().port
}

async function main() {
  const own = createRequire(join(builder, 'package.json')).resolve('vite')
  const { createServer } = await import(pathToFileURL(own))
  const ports = {}
  for (const [name, folder] of Object.entries(JSON.parse(process.argv[2]))) {
    ports[name] = await started(createServer, folder)
  }
  process.stdout.write(`${JSON.stringify(ports)}\n`)
}

console.log = console.info = console.warn = console.error
process.stdin.resume().on('end', () => process.exit(0))
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
