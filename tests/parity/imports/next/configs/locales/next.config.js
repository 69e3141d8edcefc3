module.exports = {
  i18n: { locales: ['en', 'de', 'fr'], defaultLocale: 'en', localeDetection: false },
  async rewrites() {
    return [
      { source: '/api/:path*', destination: 'http://localhost:8080/:path*' },
      { source: '/de/hilfe/:path*', destination: 'http://localhost:8081/help/de/:path*', locale: false },
      { source: '/en/help/:path*', destination: 'http://localhost:8081/help/en/:path*', locale: false },
      { source: '/plain/:path*', destination: 'http://localhost:8081/plain/:path*', locale: false },
    ]
  },
}
