import { defineConfig, type ProxyOptions } from 'vite'

const service = (target: string, prefix: string): ProxyOptions => ({
  target,
  rewrite: (path) => path.substring(prefix.length) || '/',
})

export default defineConfig(async () => ({
  server: {
    proxy: {
      '/api/auth': { target: 'http://localhost:8081', changeOrigin: true },
      '/api/files': { target: 'http://localhost:8081/storage/v1', rewrite: (p) => p.replace(/^\/api\/files/, '') },
      '/api': { target: 'http://localhost:8080', changeOrigin: true },
      '/graphql': 'http://localhost:8080',
      '/health': service('http://localhost:8081', '/health'),
    },
  },
}))
