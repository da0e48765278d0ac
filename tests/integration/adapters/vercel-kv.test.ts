import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createForgivingKv } from '../../../lib/kv/forgiving.ts';
import { createVercelKv } from '../../../lib/kv/vercel-kv.ts';
import { createLog } from '../../../lib/log/log.ts';
import { createRedisEngine } from '../../support/redis-engine.ts';
import { startRedisRestBridge, type RedisRestBridge } from '../../support/redis-rest-bridge.ts';

let bridge: RedisRestBridge;
beforeAll(async () => {
  bridge = await startRedisRestBridge(createRedisEngine(Date.now));
});
afterAll(() => bridge?.close());

async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = bridge.requests.length;
  await work();
  return bridge.requests.length - before;
}

describe('createVercelKv', () => {
  it('asks again when the answer to what may be repeated was lost', async () => {
    const kv = createVercelKv(bridge);
    for (const work of [() => kv.set('again', 'x', { ttlS: 60 }), () => kv.get('again'), () => kv.delete('again')]) {
      bridge.loseNextAnswer();
      expect(await requestsOf(work)).toBe(2);
    }
  });

  it('sends once what a repeat would falsify: whoever won would lose, and a count would grow twice', async () => {
    const kv = createVercelKv(bridge);
    bridge.loseNextAnswer();
    expect(await requestsOf(() => expect(kv.set('won', 'x', { onlyIfAbsent: true })).rejects.toThrow())).toBe(1);
    bridge.loseNextAnswer();
    expect(await requestsOf(() => expect(kv.increment('count', 1, 60)).rejects.toThrow())).toBe(1);
    expect([await kv.get('won'), await kv.get('count')]).toEqual(['x', '1']);
  });

  it('gives up a store that does not answer in time', async () => {
    const kv = createVercelKv({ ...bridge, timeoutMs: 50 });
    bridge.hangNext();
    await expect(kv.get('slow')).rejects.toThrow(/timeout/);
  });

  it('reports a refusal without the value that was sent', async () => {
    const kv = createVercelKv({ ...bridge, token: 'wrong' });
    const message = await kv.set('key', 'the value').catch(String);
    expect(message).toBe('VercelKvError: The KV store failed: Unauthorized');
  });

  it('rounds a part of a millisecond up, since Redis refuses a life of none', async () => {
    const kv = createVercelKv(bridge);
    expect(await kv.set('brief', 'x', { ttlS: 0.0001 })).toBe(true);
    expect((await kv.increment('brief count', 1, 0.0001)).count).toBe(1);
  });
});

describe('createForgivingKv', () => {
  it('looks empty while the store is down, and says so in the log', async () => {
    const lines: string[] = [];
    const kv = createForgivingKv(
      createVercelKv(bridge),
      createLog((line) => lines.push(line)),
    );
    await kv.set('kept', 'x');
    bridge.setDown(true);
    expect(await kv.get('kept')).toBeNull();
    expect(await kv.set('kept', 'y', { onlyIfAbsent: true })).toBe(true);
    expect((await kv.increment('kept', 3, 60)).count).toBe(3);
    await kv.delete('kept');
    expect(lines.filter((line) => line.includes('"kv_failed"'))).toHaveLength(4);
    bridge.setDown(false);
    expect(await kv.get('kept')).toBe('x');
  });
});

describe('the REST bridge of the tests', () => {
  const ask = async (headers: Record<string, string>) => {
    const response = await fetch(bridge.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${bridge.token}`, ...headers },
      body: JSON.stringify(['GET', 'text']),
    });
    return response.json();
  };

  it('answers in base64 when asked, as Upstash does', async () => {
    await createVercelKv(bridge).set('text', 'Привет');
    expect(await ask({})).toEqual({ result: 'Привет' });
    expect(await ask({ 'upstash-encoding': 'base64' })).toEqual({ result: Buffer.from('Привет').toString('base64') });
  });
});
