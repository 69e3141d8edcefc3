import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '/api': { target: 'http://localhost:8080', changeOrigin: true, autoRewrite: true, protocolRewrite: 'http' },
      '/old': { target: 'http://localhost:8080', changeOrigin: true, hostRewrite: 'localhost:5173' },
      '/bare': { target: 'http://localhost:8080', changeOrigin: true },
    },
  },
})
