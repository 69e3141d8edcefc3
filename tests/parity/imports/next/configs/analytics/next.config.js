// events go by the own origin, so that no blocker stops them
module.exports = {
  skipTrailingSlashRedirect: true,
  async rewrites() {
    return [
      { source: '/ingest/static/:path*', destination: 'http://localhost:8081/static/:path*' },
      { source: '/ingest/decide', destination: 'http://localhost:8080/decide' },
      { source: '/ingest/:path*', destination: 'http://localhost:8080/:path*' },
    ]
  },
}
