// An Express app for each config, which gets its middlewares from the config's own module.
const express = require('express')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

async function started(folder) {
  process.chdir(folder)
  const app = express()
  app.disable('x-powered-by')
  const file = ['proxy.js', 'src/setupProxy.js'].map((name) => join(folder, name)).find((name) => existsSync(name))
  const setup = require(file)
  ;(setup.default ?? setup)(app)
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.on('listening', resolve))
  return server.address().port
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
