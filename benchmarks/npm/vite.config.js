// Vite as it comes: `server.proxy` with its defaults, so a new connection to the backend for each request
const api = `http://127.0.0.1:${process.env.BENCH_API}`;
const streams = `http://127.0.0.1:${process.env.BENCH_STREAMS}`;

export default {
  root: process.env.BENCH_FOLDER,
  cacheDir: `${process.env.BENCH_FOLDER}/.vite`,
  appType: 'custom',
  server: {
    host: '127.0.0.1',
    port: Number(process.env.BENCH_PORT),
    strictPort: true,
    proxy: { '/api': api, '/stream': { target: streams, ws: true } },
  },
};
