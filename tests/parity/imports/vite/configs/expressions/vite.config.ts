import { defineConfig } from 'vite'

export default defineConfig({
  server: {
    proxy: {
      '^/(api|auth)/': { target: 'http://localhost:8080', changeOrigin: true },
      '^/v[12]/users$': 'http://localhost:8081',
      '^\\/img\\/.*\\.(png|svg)': 'http://localhost:8081',
      '^/~': 'http://localhost:8080',
    },
  },
})
