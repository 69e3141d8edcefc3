module.exports = {
  async redirects() {
    return [{ source: '/api/moved/:path*', destination: '/elsewhere/:path*', permanent: false }]
  },
  async headers() {
    return [{ source: '/api/:path*', headers: [{ key: 'Access-Control-Allow-Origin', value: '*' }] }]
  },
  async rewrites() {
    return [
      { source: '/api/search/:term', destination: 'http://localhost:8080/search?q=:term' },
      { source: '/api/item/:id', destination: 'http://localhost:8080/item' },
      { source: '/api/inner/:path*', destination: '/pages/:path*' },
      { source: '/api/:path*', destination: 'http://localhost:8080/api/:path*' },
    ]
  },
}
