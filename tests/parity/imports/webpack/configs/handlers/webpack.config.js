const target = 'http://localhost:8080'

module.exports = [
  { name: 'server', target: 'node' },
  {
    name: 'client',
    devServer: {
      proxy: [
        {
          context: ['/api', '/auth'],
          target,
          changeOrigin: true,
          cookieDomainRewrite: 'localhost',
          onProxyReq: (proxyReq) => {
            proxyReq.setHeader('X-Requested-With', 'XMLHttpRequest')
          },
          onProxyRes(proxyRes) {
            delete proxyRes.headers['x-powered-by']
            proxyRes.headers['cache-control'] = 'no-store'
          },
          onError: (error) => console.error(error),
        },
      ],
    },
  },
]
