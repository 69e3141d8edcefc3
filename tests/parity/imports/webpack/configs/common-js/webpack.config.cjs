module.exports = Promise.resolve({
  devServer: {
    proxy: [
      {
        context: ['/api'],
        target: 'http://localhost:8080',
        router: { '/api/v2': 'http://localhost:8081', '/api/files': 'http://localhost:8081/storage' },
      },
    ],
  },
})
