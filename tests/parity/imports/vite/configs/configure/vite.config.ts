import { defineConfig } from 'vite'

const KEY = process.env.NOT_SET_ANYWHERE ?? 'development-key'
const UPSTREAM = 'https://api.example.com'

export default defineConfig({
  server: {
    proxy: {
      '/api': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        rewrite: (path) => path.replace(/^\/api/, ''),
        configure: (proxy) => {
          proxy.on('proxyReq', (proxyReq, req) => {
            proxyReq.setHeader('X-Api-Key', KEY)
            proxyReq.setHeader('User-Agent', 'devserver/1.0')
            if (req.headers.authorization) proxyReq.setHeader('Authorization', req.headers.authorization)
          })
          proxy.on('proxyRes', (proxyRes) => {
            delete proxyRes.headers['x-powered-by']
            proxyRes.headers['cache-control'] = 'no-store'
          })
        },
      },
      '/rt': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        ws: true,
        configure(proxy) {
          proxy.on('proxyReq', (request) => request.removeHeader('origin'))
          proxy.on('proxyReqWs', (request) => request.removeHeader('origin'))
        },
      },
      '/session': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        configure: (proxy) => {
          proxy.on('proxyRes', (proxyRes) => {
            const cookies = proxyRes.headers['set-cookie']
            if (cookies) {
              proxyRes.headers['set-cookie'] = cookies.map((cookie) =>
                cookie.replace(/; Domain=[^;]+/i, '').replace(/; Secure/i, ''),
              )
            }
          })
        },
      },
      '/strict': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        configure: (proxy) => {
          proxy.on('proxyReq', (proxyReq, req) => {
            if (req.headers.origin) proxyReq.setHeader('origin', UPSTREAM)
          })
        },
      },
    },
  },
})
