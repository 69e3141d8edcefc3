// http-proxy-middleware in Express, as its README has it; connections to the backends are kept by Node's global agent
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const to = (pathFilter, port) => createProxyMiddleware({ pathFilter, target: `http://127.0.0.1:${port}` });
const api = to('/api', process.env.BENCH_API);
const streams = to('/stream', process.env.BENCH_STREAMS);

const app = express();
app.use(api);
app.use(streams);
const server = app.listen(Number(process.env.BENCH_PORT), '127.0.0.1');
server.on('upgrade', streams.upgrade);
