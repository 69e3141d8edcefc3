module.exports = {
  devServer: {
    historyApiFallback: true,
    proxy: {
      '/api/*': { target: 'http://localhost:8080/v1/', changeOrigin: true },
      '/uploads/**': 'http://localhost:8081',
    },
  },
}
