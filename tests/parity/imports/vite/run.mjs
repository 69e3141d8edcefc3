// Vite's dev server for each config, all in this process.
import { createServer } from 'vite'

const ports = {}
for (const [name, root] of Object.entries(JSON.parse(process.argv[2]))) {
  process.chdir(root) // where `vite` would be started
  const server = await createServer({
    root,
    logLevel: 'silent',
    cacheDir: `${root}/.vite`,
    optimizeDeps: { noDiscovery: true, include: [] },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  ports[name] = server.httpServer.address().port
}
console.log(JSON.stringify(ports))
process.stdin.on('end', () => process.exit(0)).resume()
