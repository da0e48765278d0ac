import { describe, expect, it } from 'vitest';
import { servePage } from '../../sandbox/page/serve-page.ts';

async function read(path: string): Promise<string> {
  const response = await servePage(path);
  if (response === null) throw new Error(`${path} is not served`);
  return response.text();
}

describe('servePage', () => {
  it('serves the page with a policy that keeps everything on its own origin', async () => {
    const response = await servePage('/sandbox');
    expect(response?.headers.get('content-type')).toContain('text/html');
    expect(response?.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response?.headers.get('content-security-policy')).toContain("frame-src 'self'");
  });

  it('needs nothing that the policy forbids', async () => {
    const html = await read('/sandbox');
    expect(html).not.toMatch(/ (?:style|on[a-z]+)=/);
    expect(html).not.toMatch(/<script(?![^>]* src=)/);
    expect(html).not.toMatch(/(?:src|href)="(?!\/sandbox\/page\/|#|data:)/);
  });

  it('serves every file that the page and its modules name', async () => {
    const html = await read('/sandbox');
    const open = [...html.matchAll(/(?:src|href)="(\/sandbox\/page\/[^"]+)"/g)].map((match) => match[1] ?? '');
    const served = new Set<string>();
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (served.has(path)) continue;
      served.add(path);
      const text = await read(path);
      for (const match of text.matchAll(/from '\.\/([^']+)'/g)) open.push(`/sandbox/page/${match[1]}`);
    }
    expect(served.size).toBeGreaterThan(5);
  });

  it('leaves other paths and its own source alone', async () => {
    for (const path of ['/', '/sandbox/page/serve-page.ts', '/sandbox/page/../context.ts', '/sandbox/page/none.js']) {
      expect(await servePage(path)).toBeNull();
    }
  });
});
