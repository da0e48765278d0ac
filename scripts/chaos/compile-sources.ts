import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Below node_modules, so that what is compiled finds the packages.
const CACHE = path.join(ROOT, 'node_modules/.cache');
const RUN_BY_CHILDREN = ['api', 'lib', 'sandbox', 'scripts/chaos', 'scripts/embedded-postgres', 'scripts/serve'];

export interface CompiledSources {
  folder: string;
  remove(): Promise<void>;
}

/**
 * A copy of the sources as plain JavaScript: a run starts hundreds of processes, and compiling in each of them would
 * take more of the machine than the shop does.
 */
export async function compileSources(): Promise<CompiledSources> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(path.join(CACHE, 'chaos-'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  for (const source of RUN_BY_CHILDREN) await compileFolder(path.join(ROOT, source), path.join(folder, source));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function compileFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) await compileFolder(source, target);
    else if (entry.name.endsWith('.ts')) {
      const { code } = await transformWithOxc(await readFile(source, 'utf8'), source, {
        typescript: { rewriteImportExtensions: 'rewrite' },
      });
      await writeFile(target.replace(/\.ts$/, '.js'), code);
    } else await cp(source, target);
  }
}
