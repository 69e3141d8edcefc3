const { merge } = require('webpack-merge')
const { proxied } = require('./webpack.common.js')

module.exports = merge(
  { mode: 'development' },
  {
    devServer: {
      port: process.env.PORT || 3001,
      proxy: [
        proxied('/api/v2', '/v2', 'http://localhost:8081'),
        proxied('/api', '/v1', 'http://localhost:8080'),
        proxied('/auth', '', 'http://localhost:8080/auth-service'),
      ],
    },
  },
)
