const routes = ['/api', '/auth']

module.exports = Object.fromEntries(routes.map((route) => [route, { target: `http://localhost:8080/services${route}`, changeOrigin: true }]))
