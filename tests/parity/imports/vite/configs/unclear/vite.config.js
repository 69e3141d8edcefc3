export default {
  server: {
    proxy: {
      '/api': {
        target: 'http://localhost:8080',
        rewrite: (path) => path.replace(/\/api/g, ''),
      },
      '/lower': {
        target: 'http://localhost:8080',
        rewrite: (path) => path.toLowerCase(),
      },
      '/ok': { target: 'http://localhost:8080', changeOrigin: true, followRedirects: false },
      '/down': { target: 'http://localhost:8089', changeOrigin: true },
    },
  },
}
