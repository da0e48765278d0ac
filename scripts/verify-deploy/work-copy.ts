import { execFileSync } from 'node:child_process';
import { constants, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { VerifyError } from './problem.ts';

/** What git tracks, as the working tree has it, ready for `vercel build`. Nothing else: no `.env`, no leftovers. */
export function makeWorkCopy(root: string, copy: string): void {
  for (const file of trackedFiles(root)) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(copy, file), { verbatimSymlinks: true });
  }
  if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) {
    throw new VerifyError('The packages are not installed: run "npm ci" first.');
  }
  // A copy of its own, never a link: an install in there would empty the folder that the link leads to.
  cpSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => !source.endsWith('/node_modules/.vite') && !source.endsWith('/node_modules/.cache'),
  });
  skipInstall(path.join(copy, 'vercel.json'));
  mkdirSync(path.join(copy, '.vercel'));
  // Linked to a project that does not exist: with `settings` there, the CLI asks nobody about it.
  const project = { projectId: 'prj_x', orgId: 'team_x', settings: {} };
  writeFileSync(path.join(copy, '.vercel/project.json'), JSON.stringify(project));
}

export function tsconfigsIn(copy: string): { name: string; text: string }[] {
  return readdirSync(copy)
    .filter((name) => /^tsconfig.*\.json$/.test(name))
    .map((name) => ({ name, text: readFileSync(path.join(copy, name), 'utf8') }));
}

/** The only thing that differs from the repository: what `npm ci` would install from the network is copied instead. */
function skipInstall(file: string): void {
  const settings: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof settings !== 'object' || settings === null) throw new VerifyError(`${file} holds no object.`);
  writeFileSync(file, JSON.stringify({ ...settings, installCommand: '' }, null, 2));
}

function trackedFiles(root: string): string[] {
  let list: string;
  try {
    list = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    throw new VerifyError('git does not tell which files it tracks: run this in a clone of the repository.', {
      cause: error,
    });
  }
  // Deleted in the working tree, but not yet in the index.
  return list.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
}
