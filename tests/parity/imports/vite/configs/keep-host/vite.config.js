export default {
  server: {
    proxy: {
      '/api': { target: 'http://localhost:8080', xfwd: true, timeout: 60000, proxyTimeout: 30000 },
      '/plain': { target: 'http://127.0.0.1:8080', changeOrigin: false },
      '/named': { target: 'http://localhost:8080', headers: { host: 'api.example.com', Origin: 'https://app.example.com' } },
    },
  },
}
