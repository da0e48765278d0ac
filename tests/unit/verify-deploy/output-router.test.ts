import { describe, expect, it } from 'vitest';
import { createOutputRouter } from '../../../scripts/verify-deploy/output-router.ts';
import { aBuildOutput, ROUTES } from './output-fixture.ts';

describe('createOutputRouter', () => {
  const route = (path: string, search = '') => createOutputRouter(aBuildOutput())(path, search);

  it('finds files, with index.html for the root', () => {
    expect(route('/').target).toEqual({ kind: 'static', pathname: '/index.html' });
    expect(route('/index.html').target).toEqual({ kind: 'static', pathname: '/index.html' });
  });

  it('finds functions by their path', () => {
    expect(route('/api/health').target).toMatchObject({ kind: 'function', built: { route: '/api/health' } });
  });

  it('hands the parameter of a path on in the query, where it wins over the caller’s', () => {
    const { target, search } = route('/api/cron/tick', '?job=drain&x=1');
    expect(target).toMatchObject({ kind: 'function', built: { route: '/api/cron/[job]' } });
    expect(Object.fromEntries(search)).toEqual({ job: 'tick', x: '1' });
  });

  it('rewrites deep links to the page', () => {
    expect(route('/to/TH').target).toEqual({ kind: 'static', pathname: '/index.html' });
    expect(route('/to').target).toEqual({ kind: 'static', pathname: '/index.html' });
  });

  it.each(['/none', '/api/none', '/api', '/assets/none.js', '/api/cron/a/b'])('answers 404 for %s', (path) => {
    expect(route(path).target).toEqual({ kind: 'status', status: 404 });
  });

  it('adds the headers of every rule that goes on', () => {
    const assets = { src: '^/assets(?:/(.*))$', headers: { 'Cache-Control': 'immutable' }, continue: true };
    const output = aBuildOutput({ routes: [...ROUTES.slice(0, 1), assets, ...ROUTES.slice(1)] });
    const { headers } = createOutputRouter(output)('/assets/x.js');
    expect(headers).toMatchObject({ 'cache-control': 'immutable', 'x-content-type-options': 'nosniff' });
    expect(createOutputRouter(output)('/').headers).not.toHaveProperty('cache-control');
  });

  it('refuses a kind of rule that nobody has looked at', () => {
    expect(() => aBuildOutput({ routes: [{ src: '/x', has: [{ type: 'host', value: 'x' }] }] })).toThrow('config.json');
  });
});
