// webpack's own guide: a backend with a certificate of its own
module.exports = {
  devServer: {
    proxy: [{ context: ['/api'], target: 'https://localhost:8443', secure: false, changeOrigin: true }],
  },
}
