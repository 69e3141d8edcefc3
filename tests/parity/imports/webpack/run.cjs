// webpack-dev-server with each config, loaded by webpack-cli; version 4 where the config has the object that it had.
//
// All of the config counts, but that there is nothing to compile, and nothing that tells a page what was compiled.
const webpack = require('webpack')
const WebpackCLI = require('webpack-cli')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

async function started(folder) {
  const file = readdirSync(folder).find((name) => name.startsWith('webpack.config.'))
  process.chdir(folder)
  const given = { env: { WEBPACK_SERVE: true } }
  const { options } = await new WebpackCLI().loadConfig({ config: [join(folder, file)], argv: given })
  const config = [options].flat().find(({ devServer }) => devServer)
  const { devServer } = config
  const Server = require(Array.isArray(devServer.proxy) ? 'webpack-dev-server' : 'webpack-dev-server-4')
  const compiler = webpack({
    mode: 'development',
    ...config,
    entry: {},
    context: folder,
    stats: 'none',
    infrastructureLogging: { level: 'error' },
  })
  const server = new Server(
    {
      ...devServer,
      host: '127.0.0.1',
      port: 0,
      client: false,
      hot: false,
      liveReload: false,
      static: false,
      webSocketServer: false,
      setupMiddlewares: (middlewares, { app }) => (app.disable('x-powered-by'), middlewares),
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
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
