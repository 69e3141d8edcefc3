export default defineNuxtConfig({
  routeRules: {
    '/': { prerender: true },
    '/api/**': { proxy: 'http://localhost:8080/v1/**', cors: true, headers: { 'X-Via': 'nuxt' } },
    '/api/admin/**': { proxy: 'http://localhost:8081/admin/**' },
    '/api/health': { proxy: 'http://localhost:8081/up' },
    '/api/old/**': { redirect: '/new' },
    '/item/*': { proxy: 'http://localhost:8080/**' },
    '/feed/**': { proxy: 'http://localhost:8081/feed.xml' },
    '/status': { proxy: 'http://localhost:8080/status' },
    '/cached/**': { proxy: 'http://localhost:8080/**', swr: 60 },
    '/inner/**': { proxy: '/api/**' },
  },
})
