import type { NextConfig } from 'next'

interface Service {
  prefix: string
  port: number
}

const services: Service[] = [
  { prefix: '/auth', port: 8080 },
  { prefix: '/media', port: 8081 },
]
const at = { 8080: 'http://localhost:8080', 8081: 'http://localhost:8081' } as const

const config: NextConfig = {
  async rewrites() {
    return services.map(({ prefix, port }) => ({
      source: `${prefix}/:path*`,
      destination: `${at[port as keyof typeof at]}/v1${prefix}/:path*`,
    }))
  },
}

export default config
