const PROXY_CONFIG = {
  '/api': {
    target: 'http://localhost:8080',
    secure: false,
    bypass: function (req, res, proxyOptions) {
      if (req.headers.accept && req.headers.accept.includes('html')) {
        console.log('Skipping proxy for browser request.')
        return '/index.html'
      }
      req.headers['X-Custom-Header'] = 'yes'
    },
  },
}

module.exports = PROXY_CONFIG
