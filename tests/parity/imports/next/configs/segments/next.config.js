module.exports = {
  async rewrites() {
    return [
      { source: '/user/:id', destination: 'http://localhost:8080/users/:id' },
      { source: '/user/:id/photos/:photo?', destination: 'http://localhost:8080/photos/:id/:photo*' },
      { source: '/sitemap.xml', destination: 'http://localhost:8081/sitemap/main.xml' },
      { source: '/graphql', destination: 'http://localhost:8080/graphql' },
      { source: '/:tenant/api/:path*', destination: 'http://localhost:8080/t/:tenant/:path*' },
      { source: '/socket/:path+', destination: 'http://localhost:8081/socket/:path+' },
    ]
  },
}
