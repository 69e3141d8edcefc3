// Django wants its slash at the end, so both forms are written down
const api = 'http://127.0.0.1:8080'

module.exports = {
  skipTrailingSlashRedirect: true,
  async rewrites() {
    return [
      { source: '/api/:path*/', destination: `${api}/api/:path*/` },
      { source: '/api/:path*', destination: `${api}/api/:path*` },
      { source: '/admin/:path*', destination: `${api}/admin/:path*/` },
    ]
  },
}
