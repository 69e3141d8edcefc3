export default defineNuxtConfig({
  nitro: {
    devProxy: {
      '/api': { target: 'http://localhost:8080/api', changeOrigin: true },
      '/api/v2': { target: 'http://localhost:8081/', changeOrigin: true, headers: { 'X-Version': '2' } },
      '/socket': { target: 'http://localhost:8081', ws: true },
      '/plain': 'http://localhost:8080/base',
    },
  },
})
