import path from 'path'

interface Proxy {
  context: string[]
  target: string
  [option: string]: unknown
}

const proxies: Proxy[] = [
  { context: ['/api/**', '/rest/**'], target: 'http://localhost:8080', changeOrigin: true, ws: true },
  { context: ['/graphql'], target: 'http://localhost:8081', xfwd: true },
]

export default { output: { path: path.resolve(__dirname, 'build') }, devServer: { port: 3002, proxy: proxies } }
