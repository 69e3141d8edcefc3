import { defineConfig, loadEnv, type ConfigEnv, type UserConfig } from 'vite'

export default defineConfig(({ mode, command }: ConfigEnv): UserConfig => {
  const env = loadEnv(mode, process.cwd())
  const base = env.VITE_APP_BASE_API
  return {
    define: { __DEV__: JSON.stringify(command === 'serve') },
    server: {
      host: '0.0.0.0',
      port: Number(env.VITE_PORT),
      open: false,
      proxy: {
        [base]: {
          target: env.VITE_APP_API_URL,
          changeOrigin: true,
          rewrite: (path: string) => path.replace(new RegExp(`^${base}`), ''),
        },
      },
    },
  }
})
