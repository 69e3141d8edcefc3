import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '/app': {
        target: 'http://localhost:8080',
        bypass(req) {
          if (req.headers.accept?.includes('text/html')) return '/index.html'
        },
      },
      '/login': {
        target: 'http://localhost:8080',
        bypass: (req) => (req.method === 'GET' || req.method === 'HEAD' ? req.url : undefined),
      },
      '/never': {
        target: 'http://localhost:8080',
        bypass: () => null,
      },
    },
  },
})
