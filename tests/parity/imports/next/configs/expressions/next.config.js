module.exports = {
  async rewrites() {
    return [
      { source: '/post/:slug(\\d{1,})', destination: 'http://localhost:8080/posts/:slug' },
      { source: '/:lang(en|de)/handbook/:path*', destination: 'http://localhost:8081/:lang/:path*' },
      { source: '/files/:path(.*)', destination: 'http://localhost:8080/raw/:path' },
      { source: '/v:major(\\d+)/api/:path*', destination: 'http://localhost:8080/api/:major/:path*' },
      { source: '/:path((?!admin|_next).*)/feed', destination: 'http://localhost:8081/feeds/:path' },
      { source: '/range/:from-:to', destination: 'http://localhost:8080/range/:to/:from' },
    ]
  },
}
