export default {
  server: {
    proxy: {
      '^/api/v\\d+/': { target: 'http://localhost:8081', changeOrigin: true },
      '/api': { target: 'http://localhost:8080', changeOrigin: true, rewrite: (path) => path.replace(/^\/api/, '/backend') },
      '/api/late': 'http://localhost:8081',
      '/other': 'http://localhost:8080',
      '/other/late': 'http://localhost:8081',
    },
  },
}
