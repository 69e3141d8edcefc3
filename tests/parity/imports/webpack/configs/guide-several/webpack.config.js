// webpack's own guide: several paths to one target
module.exports = {
  devServer: {
    proxy: [{ context: ['/auth', '/api'], target: 'http://localhost:8080' }],
  },
}
