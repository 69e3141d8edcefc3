const log = (proxy) => proxy.on('proxyReq', (proxyReq, req) => console.log(req.method, proxyReq.path))

export default {
  '/api': {
    target: 'http://localhost:8080',
    changeOrigin: true,
    rewrite: (path) => path.replace(/^\/api/, '/api/v1'),
    configure: log,
  },
  '^/v[0-9]+/': 'http://localhost:8081',
}
