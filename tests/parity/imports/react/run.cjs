// What react-scripts does with a project: its "proxy" by the real prepareProxy, in the real webpack-dev-server 4, and
// its src/setupProxy.js, which gets the Express app, as config/webpackDevServer.config.js has it.
const webpack = require('webpack')
const WebpackDevServer = require('webpack-dev-server')
const { prepareProxy } = require('react-dev-utils/WebpackDevServerUtils')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

async function started(folder) {
  process.chdir(folder)
  // config/env.js
  const files = ['.env.development', '.env'].map((name) => join(folder, name))
  for (const file of files) if (existsSync(file)) process.loadEnvFile(file)
  const { proxy, type } = require(join(folder, 'package.json'))
  const setup = join(folder, 'src/setupProxy.js')
  const compiler = webpack({
    mode: 'development',
    entry: {},
    context: folder,
    stats: 'none',
    infrastructureLogging: { level: 'error' },
  })
  const server = new WebpackDevServer(
    {
      host: '127.0.0.1',
      port: 0,
      proxy: prepareProxy(proxy, join(folder, 'public'), '/'),
      client: false,
      hot: false,
      liveReload: false,
      static: false,
      webSocketServer: false,
      onBeforeSetupMiddleware({ app }) {
        app.disable('x-powered-by')
        if (!existsSync(setup)) return
        const made = require(setup)
        ;(type === 'module' ? made.default : made)(app)
      },
    },
    compiler,
  )
  await server.start()
  return server.server.address().port
}

async function main() {
  const ports = {}
  for (const [name, folder] of Object.entries(JSON.parse(process.argv[2]))) ports[name] = await started(folder)
  process.stdout.write(`${JSON.stringify(ports)}\n`)
}

console.log = console.info = console.warn = console.error
process.stdin.resume().on('end', () => process.exit(0))
process.on('unhandledRejection', (error) => console.error(error))
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
