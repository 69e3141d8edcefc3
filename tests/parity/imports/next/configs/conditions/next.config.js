const api = 'http://localhost:8080'

module.exports = {
  async rewrites() {
    return [
      {
        source: '/api/:path*',
        has: [{ type: 'header', key: 'x-api-version', value: '2' }],
        destination: 'http://localhost:8081/v2/:path*',
      },
      {
        source: '/api/:path*',
        missing: [{ type: 'header', key: 'x-no-proxy' }],
        destination: `${api}/v1/:path*`,
      },
      {
        source: '/tenant/:path*',
        has: [{ type: 'host', value: '(?<name>.*)\\.app\\.localhost' }],
        destination: 'http://localhost:8081/tenant/:path*',
      },
      {
        source: '/debug/:path*',
        has: [{ type: 'header', key: 'x-debug' }],
        destination: `${api}/debug/:path*`,
      },
      {
        source: '/beta/:path*',
        has: [{ type: 'cookie', key: 'beta', value: 'on' }],
        destination: `${api}/beta/:path*`,
      },
      {
        source: '/find/:path*',
        has: [{ type: 'query', key: 'q' }],
        destination: `${api}/find/:path*`,
      },
    ]
  },
}
