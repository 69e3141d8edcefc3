export default {
  async rewrites() {
    return [
      // the rest of the API is still elsewhere
      { source: '/api/:path*', destination: 'http://localhost:8080/:path*' },
      { source: '/docs', destination: 'http://localhost:8081/handbook' },
      { source: '/docs/:match*', destination: 'http://localhost:8081/handbook/:match*' },
    ]
  },
}
