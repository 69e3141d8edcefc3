interface Backend {
  url: string
}

const backend: Backend = { url: process.env.DEVCORS_TEST_BACKEND ?? 'http://localhost:8080' }

export default defineNuxtConfig({
  compatibilityDate: '2025-07-15',
  devServer: { port: 4000 },
  nitro: {
    routeRules: {
      '/api/**': { proxy: `${backend.url}/api/**` },
      '/storage/**': { proxy: { to: 'http://localhost:8081/files/**', headers: { 'X-From': 'nuxt' } } },
    },
  },
  $development: {
    routeRules: { '/mail/**': { proxy: 'http://localhost:8081/mail/**' } },
  },
})
