import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '/based': 'http://localhost:8080/base/',
      '/v3': { target: 'http://localhost:8080', changeOrigin: true, rewrite: (path) => path.replace(/^\/v3\//, '/') },
      '/added': { target: 'http://localhost:8080', changeOrigin: true, rewrite: (path) => `/prefix${path}` },
      '/slashed/': { target: 'http://localhost:8080', changeOrigin: true, rewrite: (path) => path.replace(/^\/slashed/, '') },
      '/bare': { target: 'http://localhost:8080/dropped', changeOrigin: true, prependPath: false },
      '/shift': { target: 'http://localhost:8080', rewrite: (path) => path.split('/').slice(2).join('/') },
    },
  },
})
