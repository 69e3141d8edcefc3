// the form that most guides print: an object of contexts, which webpack-dev-server had up to version 4
module.exports = {
  devServer: {
    port: 3000,
    proxy: {
      '/api': 'http://localhost:8080',
    },
  },
}
