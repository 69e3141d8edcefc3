import { resolve } from 'node:path'

const target = 'http://localhost:8080'

export default async function () {
  await Promise.resolve()
  return {
    output: { path: resolve('dist') },
    devServer: {
      server: 'http',
      proxy: [
        { context: '/api', target, pathRewrite: (path) => path.replace(/^\/api/, '/api/v1') },
        { context: (pathname) => pathname.startsWith('/files'), target: 'http://localhost:8081' },
      ],
    },
  }
}
