// webpack-dev-server as it comes: `proxy` with its defaults, in front of an entry of one line
import { writeFileSync } from 'node:fs';

import webpack from 'webpack';
import WebpackDevServer from 'webpack-dev-server';

const folder = process.env.BENCH_FOLDER;
writeFileSync(`${folder}/index.js`, 'console.log(1);\n');
const compiler = webpack({ mode: 'development', context: folder, entry: './index.js', output: { path: `${folder}/dist` } });
const options = {
  host: '127.0.0.1',
  port: Number(process.env.BENCH_PORT),
  proxy: [
    { context: ['/api'], target: `http://127.0.0.1:${process.env.BENCH_API}` },
    { context: ['/stream'], target: `http://127.0.0.1:${process.env.BENCH_STREAMS}`, ws: true },
  ],
};
await new WebpackDevServer(options, compiler).start();
