import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '/ws': {
        target: 'ws://localhost:8081',
        ws: true,
        changeOrigin: true,
        rewriteWsOrigin: true,
        rewrite: (pathname) => pathname.replace(/^\/ws/, ''),
      },
      '/live': { target: 'http://localhost:8080', ws: true },
      '/api': { target: 'http://localhost:8080', changeOrigin: true },
    },
  },
})
