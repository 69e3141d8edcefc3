// Runs beside the program, in Node's thread for hooks: `import … from 'http-proxy-middleware'` gets the noted one.
const noted = new URL('./recorded.mjs', import.meta.url).href

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  if (specifier !== 'http-proxy-middleware' || context.parentURL?.startsWith(noted)) return found
  return { url: `${noted}?real=${encodeURIComponent(found.url)}`, format: 'module', shortCircuit: true }
}
