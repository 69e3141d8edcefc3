module.exports = {
  trailingSlash: true,
  rewrites: async () => [
    { source: '/api/:path*/', destination: 'http://localhost:8080/v2/:path*/' },
    { source: '/hook', destination: 'http://localhost:8081/hooks/in' },
  ],
}
