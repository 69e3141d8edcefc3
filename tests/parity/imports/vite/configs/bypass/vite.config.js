import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    port: 5173,
    proxy: {
      '/app': {
        target: 'http://localhost:8080',
        bypass(req) {
          if (req.headers.accept?.includes('text/html')) return '/index.html'
        },
      },
      '/orders': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        bypass: (req) => {
          // a reload of the page is not for the API
          if (req.method === 'GET' && req.headers.accept?.includes('text/html')) return '/index.html'
        },
      },
      '/login': {
        target: 'http://localhost:8080',
        bypass: (req) => (req.method === 'GET' || req.method === 'HEAD' ? req.url : undefined),
      },
      '/files': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        bypass(req, _res, options) {
          if (req.url.startsWith('/files/local')) return req.url
          console.log(req.url, '->', options.target)
        },
      },
      '/never': {
        target: 'http://localhost:8080',
        bypass: () => null,
      },
    },
  },
})
