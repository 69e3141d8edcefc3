const backend = process.env.DEVCORS_TEST_BACKEND || 'http://localhost:8080'

/** @type {import('next').NextConfig} */
const nextConfig = {
  reactStrictMode: true,
  rewrites: async () => [
    { source: '/api/:path*', destination: `${backend}/api/:path*` },
    { source: '/uploads/:path*', destination: `${backend}/storage/uploads/:path*` },
  ],
}

export default nextConfig
