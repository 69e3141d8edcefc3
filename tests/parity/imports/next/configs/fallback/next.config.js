module.exports = {
  async rewrites() {
    return {
      beforeFiles: [{ source: '/old/:path*', destination: '/new/:path*' }],
      afterFiles: [{ source: '/storage/:path*', destination: 'http://localhost:8081/files/:path*' }],
      // after all pages and files of our own
      fallback: [
        { source: '/api/:path*', destination: 'http://localhost:8080/api/:path*' },
        { source: '/:path*', destination: 'http://localhost:8081/legacy/:path*' },
      ],
    }
  },
}
