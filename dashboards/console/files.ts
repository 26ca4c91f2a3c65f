import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Stylesheets, modules for the browser and the icon; uPlot from its package as it is. Nothing here needs a login. */
export async function serveFiles(app: FastifyInstance): Promise<void> {
  const own = fileURLToPath(new URL('./static/', import.meta.url));
  const uPlot = dirname(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.esm.js')));
  const common = { maxAge: '5m', index: false, decorateReply: false } as const;
  await app.register(fastifyStatic, { ...common, root: own, prefix: '/static/' });
  await app.register(fastifyStatic, {
    ...common,
    root: uPlot,
    prefix: '/static/uplot/',
    allowedPath: (path) => ['/uPlot.esm.js', '/uPlot.min.css'].includes(path),
  });
}
