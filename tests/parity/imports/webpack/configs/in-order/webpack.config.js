module.exports = {
  devServer: {
    proxy: [
      { context: ['/api/v2'], target: 'http://localhost:8081', pathRewrite: { '^/api': '' } },
      { context: ['/api'], target: 'http://localhost:8080', pathRewrite: { '^/api/old': '/legacy', '^/api/v1': '/api' } },
      { context: ['/api/files'], target: 'http://localhost:8081' },
      { context: ['!/api/**', '/rest/*.json'], target: 'http://localhost:8081' },
    ],
  },
}
