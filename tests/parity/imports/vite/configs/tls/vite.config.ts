import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '/api': { target: 'https://localhost:8443', changeOrigin: true, secure: false },
      '/auth': {
        target: { protocol: 'https:', host: 'localhost', port: 8443 },
        changeOrigin: true,
        secure: false,
        headers: { 'X-Api-Key': 'abc $& ${HOME}', Connection: 'keep-alive' },
        auth: 'user:secret',
      },
    },
  },
})
