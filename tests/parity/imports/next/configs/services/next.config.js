const gateway = 'http://localhost:8080'

module.exports = (phase, { defaultConfig }) => ({
  experimental: { proxyTimeout: 120_000 },
  async rewrites() {
    const services = ['users', 'orders'].map((name) => ({
      source: `/api/${name}/:path*`,
      destination: `http://localhost:8081/${name}/:path*`,
    }))
    return [
      ...services,
      { source: '/api/status/:id', destination: 'http://localhost:8081/status/:id' },
      { source: '/api/:path*', destination: `${gateway}/api/:path*` },
      { source: '/api/late/:path*', destination: 'http://localhost:8081/never/:path*' },
    ]
  },
})
