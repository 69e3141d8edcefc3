module.exports = {
  basePath: '/shop',
  async rewrites() {
    return [
      { source: '/api/:path*', destination: 'http://localhost:8080/api/:path*' },
      { source: '/api/:path*', destination: 'http://localhost:8081/:path*', basePath: false },
      { source: '/', destination: 'http://localhost:8081/start', basePath: false },
    ]
  },
}
