// Next's own router for production in front of many projects, in one process.
//
// `next build` would take longer than all tests together and make nothing that a rewrite needs but the manifests. They are
// written here, by the code of Next that writes them there; then Next's server for production takes the requests.
console.log = console.info = console.warn = console.error // standard output is for the ports alone
process.setMaxListeners(0) // each router adds its own
process.env.NODE_ENV = 'production'
process.env.NEXT_TELEMETRY_DISABLED = '1'
const { createServer } = require('node:http')
const { existsSync, mkdirSync, readdirSync, writeFileSync } = require('node:fs')
const { dirname, join, parse, relative } = require('node:path')

const loadConfig = require('next/dist/server/config').default
const loadCustomRoutes = require('next/dist/lib/load-custom-routes').default
const { buildCustomRoute } = require('next/dist/lib/build-custom-route')
const { initialize } = require('next/dist/server/lib/router-server')
const { isDynamicRoute } = require('next/dist/shared/lib/router/utils')
const { getNamedRouteRegex } = require('next/dist/shared/lib/router/utils/route-regex')

const PREVIEW = { previewModeId: 'a', previewModeSigningKey: 'b', previewModeEncryptionKey: 'c' }

/** What `next build` leaves behind, as far as the router reads it. */
async function manifests(folder) {
  const config = await loadConfig('phase-production-server', folder, { silent: true })
  const { headers, redirects, rewrites } = await loadCustomRoutes(config)
  const built = (type, routes) => routes.map((route) => buildCustomRoute(type, route, type === 'redirect' ? ['/_next'] : undefined))
  const pages = routesIn(join(folder, 'pages')).map((page) => page.replace(/\/index$/, '') || '/')
  const app = routesIn(join(folder, 'app')) // `/api/hello/route`
  const routes = {
    version: 3,
    pages404: true,
    caseSensitive: false,
    basePath: config.basePath,
    i18n: config.i18n ?? undefined,
    headers: built('header', headers),
    redirects: built('redirect', redirects),
    rewrites: Object.fromEntries(Object.entries(rewrites).map(([phase, each]) => [phase, built('rewrite', each)])),
    onMatchHeaders: [],
    staticRoutes: [],
    dynamicRoutes: pages.filter((page) => isDynamicRoute(page)).map((page) => ({ page, ...described(page) })),
    dataRoutes: [],
    rsc: { header: 'rsc' },
    rewriteHeaders: {},
  }
  const prerendered = { version: 4, routes: {}, dynamicRoutes: {}, notFoundRoutes: [], preview: PREVIEW }
  const files = {
    'BUILD_ID': 'build',
    'routes-manifest.json': routes,
    'prerender-manifest.json': prerendered,
    'build-manifest.json': { pages: {}, devFiles: [], polyfillFiles: [], lowPriorityFiles: [], rootMainFiles: [] },
    'static/none.txt': '',
    'server/preview-props.json': PREVIEW,
    'server/pages-manifest.json': Object.fromEntries(pages.map((page) => [page, `pages${page}.js`])),
    'server/app-paths-manifest.json': Object.fromEntries(app.map((page) => [page, `app${page}.js`])),
    'app-path-routes-manifest.json': Object.fromEntries(app.map((page) => [page, dirname(page)])),
    'server/next-font-manifest.json': {},
    'server/functions-config-manifest.json': { version: 1, functions: {} },
    'server/middleware-manifest.json': { version: 3, middleware: {}, functions: {}, sortedMiddleware: [] },
  }
  for (const [name, value] of Object.entries(files)) {
    const file = join(folder, config.distDir, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  }
}

/** The routes of the files below a folder, `/api/hello` for `api/hello.js`. */
function routesIn(folder) {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((file) => `/${relative(folder, join(file.parentPath ?? file.path, parse(file.name).name))}`)
}

function described(page) {
  const { re, namedRegex, routeKeys } = getNamedRouteRegex(page, { prefixRouteKeys: true })
  return { regex: re.source, namedRegex, routeKeys }
}

async function serve(folder) {
  await manifests(folder)
  let ready
  const handlers = new Promise((resolve) => (ready = resolve))
  const server = createServer(async (request, response) => (await handlers).requestHandler(request, response))
  server.on('upgrade', async (request, socket, head) => (await handlers).upgradeHandler(request, socket, head))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const settings = { dir: folder, port, hostname: 'localhost', dev: false, minimalMode: false, quiet: true, server }
  ready(await initialize(settings))
  return port
}

async function main() {
  const ports = {}
  for (const [name, folder] of Object.entries(JSON.parse(process.argv[2]))) ports[name] = await serve(folder)
  process.stdout.write(`${JSON.stringify(ports)}\n`)
}

process.on('unhandledRejection', (error) => console.error(error))
process.stdin.on('end', () => process.exit()).resume()
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
