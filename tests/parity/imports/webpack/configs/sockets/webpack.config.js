module.exports = {
  devServer: {
    webSocketServer: false,
    proxy: [
      { context: ['/ws'], target: 'ws://localhost:8080', ws: true },
      { context: ['/socket.io'], target: 'http://localhost:8081', ws: true, changeOrigin: true },
      { context: ['/api'], target: 'http://localhost:8080' },
    ],
  },
}
