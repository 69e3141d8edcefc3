const path = require('path')

const BACKEND = process.env.BACKEND_URL || 'http://localhost:8080'

module.exports = (env, argv) => {
  const isServed = Boolean(env.WEBPACK_SERVE)
  return {
    mode: argv.mode || 'development',
    output: { path: path.resolve(__dirname, 'dist') },
    devServer: isServed
      ? {
          port: 9000,
          hot: true,
          proxy: [
            {
              context: ['/api', '/graphql'],
              target: BACKEND,
              changeOrigin: true,
              logLevel: 'debug',
              headers: { 'X-Forwarded-Prefix': '/dev', Connection: 'keep-alive' },
            },
          ],
        }
      : undefined,
  }
}
