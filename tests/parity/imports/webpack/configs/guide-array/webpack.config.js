// webpack's own guide, since version 5
module.exports = {
  mode: 'development',
  devServer: {
    proxy: [
      {
        context: ['/api'],
        target: 'http://localhost:8080',
        pathRewrite: { '^/api': '' },
      },
    ],
  },
}
