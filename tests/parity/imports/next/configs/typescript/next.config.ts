import type { NextConfig } from 'next'

interface Service {
  prefix: string
  target: string
}

const services: Service[] = [
  { prefix: '/auth', target: 'http://localhost:8080' },
  { prefix: '/media', target: 'http://localhost:8081' },
]
const path = (service: Service) => `${service.prefix}/:path*` as const

const config: NextConfig = {
  async rewrites() {
    return services.map((service) => ({
      source: path(service),
      destination: `${service.target}/v1${path(service)}`,
    }))
  },
}

export default config
