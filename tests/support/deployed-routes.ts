import { fileURLToPath, pathToFileURL } from 'node:url';
import { allowedMethods, listFunctionFiles } from '../../scripts/serve/function-routes.ts';

const API = fileURLToPath(new URL('../../api/', import.meta.url));

/** Every method of every function that would be deployed, such as `GET /api/cron/[job]`, in order. */
export async function deployedRoutes(): Promise<string[]> {
  const routes: string[] = [];
  for (const { route, file } of listFunctionFiles(API)) {
    const methods = allowedMethods(await import(/* @vite-ignore */ pathToFileURL(file).href)).split(', ');
    routes.push(...methods.map((method) => `${method} ${route}`));
  }
  return routes.toSorted();
}
