module.exports = {
  devServer: {
    proxy: { '/': { target: 'http://localhost:8080', auth: 'user:secret', autoRewrite: true, proxyTimeout: 30000 } },
  },
}
