// `ng serve` in many workspaces, in one process: the builder that their serve target names, with all options that stand
// there, run by the same scheduler as the command's. The port and the host alone are given, as on its command line.
const tell = process.stdout.write.bind(process.stdout) // for the ports alone
process.stdout.write = process.stderr.write.bind(process.stderr)
console.log = console.info = console.warn = console.error
// else each build has a worker that loads TypeScript again
process.env.NG_BUILD_PARALLEL_TS = '0'
process.env.NG_BUILD_MAX_WORKERS = '1'

const { mkdirSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { Architect } = require('@angular-devkit/architect')
const { WorkspaceNodeModulesArchitectHost } = require('@angular-devkit/architect/node')
const { schema, workspaces } = require('@angular-devkit/core')
const { NodeJsSyncHost, createConsoleLogger } = require('@angular-devkit/core/node')

// the smallest library of TypeScript: checking all of a browser's types would take most of the time
const COMPILER = { target: 'es2022', module: 'preserve', strict: true, lib: ['es5'], types: [], skipLibCheck: true }
const APPLICATION = {
  'src/main.ts': 'export {}\n',
  'src/index.html': '<!doctype html><title>app</title><app-root></app-root>\n',
  'tsconfig.json': JSON.stringify({ compilerOptions: COMPILER, files: ['src/main.ts'] }),
}

async function serve(folder, port) {
  for (const [file, text] of Object.entries(APPLICATION)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const { workspace } = await workspaces.readWorkspace(folder, workspaces.createWorkspaceHost(new NodeJsSyncHost()))
  const [[project, { targets }]] = workspace.projects
  const registry = new schema.CoreSchemaRegistry()
  registry.addPostTransform(schema.transforms.addUndefinedDefaults)
  const architect = new Architect(new WorkspaceNodeModulesArchitectHost(workspace, folder), registry)
  const target = { project, target: 'serve', configuration: targets.get('serve').defaultConfiguration }
  const logger = createConsoleLogger(true, process.stderr, process.stderr)
  const run = await architect.scheduleTarget(target, { host: '127.0.0.1', port }, { logger })
  const { success, error } = await new Promise((resolve) => run.output.subscribe(resolve))
  if (!success) throw new Error(`${folder}: ${error}`)
}

async function main() {
  const [folders, ports] = process.argv.slice(2).map((text) => JSON.parse(text))
  await Promise.all(Object.entries(folders).map(([name, folder]) => serve(folder, ports[name])))
  tell(`${JSON.stringify(ports)}\n`)
}

process.stdin.resume().on('end', () => process.exit(0))
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
