import { defineConfig } from 'vite'

// the forms that Vite's own guide and most others print: shorthand, options, expression, proxy instance, WebSocket
export default defineConfig({
  server: {
    proxy: {
      '/foo': 'http://localhost:8080',
      '/api': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        rewrite: (path) => path.replace(/^\/api/, ''),
      },
      '^/fallback/.*': {
        target: 'http://localhost:8081',
        changeOrigin: true,
        rewrite: (path) => path.replace(/^\/fallback/, ''),
      },
      '/own': {
        target: 'http://localhost:8081',
        changeOrigin: true,
        configure: (proxy, options) => {
          proxy.on('error', (error) => console.log('proxy error', error))
          proxy.on('proxyReq', (_, request) => console.log('to', options.target, request.method, request.url))
          proxy.on('proxyRes', (response, request) => console.log('from', response.statusCode, request.url))
        },
      },
      '/socket.io': {
        target: 'ws://localhost:8081',
        ws: true,
        rewriteWsOrigin: true,
      },
    },
  },
})
