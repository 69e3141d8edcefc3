export default defineNuxtConfig({
  routeRules: {
    '/api/**': { proxy: 'http://localhost:8080/**' },
  },
})
