exports.proxied = (path, to, target) => ({
  context: [path],
  target,
  changeOrigin: true,
  secure: false,
  pathRewrite: { [`^${path}`]: to },
})
