// http-proxy-middleware as a project imports it, with notes (recording.mjs); the real one is named in our own URL.
const url = new URL(import.meta.url).searchParams.get('real')
const module = await import(url)
const given = 'createProxyMiddleware' in module ? module : module.default // CommonJS has all of it in `default`
const real = globalThis[Symbol.for('devcors.recording')](given, url)

export const {
  createProxyMiddleware,
  legacyCreateProxyMiddleware,
  definePlugin,
  fixRequestBody,
  responseInterceptor,
  debugProxyErrorsPlugin,
  errorResponsePlugin,
  loggerPlugin,
  proxyEventsPlugin,
} = real
export default real.default ?? real
