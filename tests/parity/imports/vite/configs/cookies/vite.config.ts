import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '/auth': {
        target: 'http://localhost:8080',
        changeOrigin: true,
        cookieDomainRewrite: { '*': '' },
        cookiePathRewrite: '/',
      },
      '/login': {
        target: 'http://localhost:8080/v2',
        changeOrigin: true,
        cookieDomainRewrite: 'localhost',
      },
    },
  },
})
