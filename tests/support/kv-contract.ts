import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kv } from '../../lib/kv/kv.ts';

export interface KvUnderTest {
  kv: Kv;
  /** Lets this much time go by for the stored values. */
  pass(seconds: number): Promise<void>;
  dispose(): Promise<void>;
}

/** What every adapter of the KV port guarantees. */
export function describeKv(name: string, makeKv: () => Promise<KvUnderTest>): void {
  describe(name, () => {
    let subject: KvUnderTest;
    let kv: Kv;

    beforeAll(async () => {
      subject = await makeKv();
      kv = subject.kv;
    });

    afterAll(() => subject.dispose());

    it('has nothing under an unknown key', async () => {
      expect(await kv.get('unknown')).toBeNull();
    });

    it('gives back what was set, whatever characters it holds', async () => {
      const value = 'Привет 👋 "quotes" \\ \n {"json":[1]}';
      expect(await kv.set('text', value)).toBe(true);
      expect(await kv.get('text')).toBe(value);
    });

    it('tells an empty value from none', async () => {
      await kv.set('empty', '');
      expect(await kv.get('empty')).toBe('');
    });

    it('gives back JSON and numbers as the text they were', async () => {
      await kv.set('json', '{"a": 1}');
      await kv.set('number', '007');
      expect([await kv.get('json'), await kv.get('number')]).toEqual(['{"a": 1}', '007']);
    });

    it('replaces a value', async () => {
      await kv.set('replaced', 'old');
      await kv.set('replaced', 'new');
      expect(await kv.get('replaced')).toBe('new');
    });

    it('forgets a deleted key, and accepts deleting it again', async () => {
      await kv.set('deleted', 'x');
      await kv.delete('deleted');
      await kv.delete('deleted');
      expect(await kv.get('deleted')).toBeNull();
    });

    it('keeps a value until its TTL has passed and not after', async () => {
      await kv.set('short', 'x', { ttlS: 60 });
      await subject.pass(30);
      expect(await kv.get('short')).toBe('x');
      await subject.pass(30);
      expect(await kv.get('short')).toBeNull();
    });

    it('keeps a value without a TTL', async () => {
      await kv.set('kept', 'x');
      await subject.pass(1_000_000);
      expect(await kv.get('kept')).toBe('x');
    });

    it('starts the TTL anew, or drops it, when the value is replaced', async () => {
      await kv.set('renewed', 'x', { ttlS: 60 });
      await kv.set('unlimited', 'x', { ttlS: 60 });
      await subject.pass(30);
      await kv.set('renewed', 'y', { ttlS: 60 });
      await kv.set('unlimited', 'y');
      await subject.pass(45);
      expect([await kv.get('renewed'), await kv.get('unlimited')]).toEqual(['y', 'y']);
    });

    it('leaves the value alone when onlyIfAbsent loses', async () => {
      expect(await kv.set('first', 'winner', { onlyIfAbsent: true, ttlS: 60 })).toBe(true);
      expect(await kv.set('first', 'loser', { onlyIfAbsent: true, ttlS: 600 })).toBe(false);
      expect(await kv.get('first')).toBe('winner');
      await subject.pass(60);
      expect(await kv.get('first')).toBeNull();
    });

    it('counts an expired value as absent', async () => {
      await kv.set('lapsed', 'old', { onlyIfAbsent: true, ttlS: 60 });
      await subject.pass(60);
      expect(await kv.set('lapsed', 'new', { onlyIfAbsent: true, ttlS: 60 })).toBe(true);
      expect(await kv.get('lapsed')).toBe('new');
    });

    it('lets exactly one of many concurrent onlyIfAbsent win', async () => {
      const callers = Array.from({ length: 20 }, (_, caller) => String(caller));
      const won = await Promise.all(
        callers.map((caller) => kv.set('contested', caller, { onlyIfAbsent: true, ttlS: 60 })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await kv.get('contested')).toBe(callers[won.indexOf(true)]);
    });

    it('counts up from nothing, by any whole number', async () => {
      expect((await kv.increment('count', 1, 60)).count).toBe(1);
      expect((await kv.increment('count', 41, 60)).count).toBe(42);
      expect((await kv.increment('count', -2, 60)).count).toBe(40);
      expect(await kv.get('count')).toBe('40');
    });

    it('ends the window one TTL after its first increment', async () => {
      await kv.increment('window', 1, 60);
      await subject.pass(45);
      expect((await kv.increment('window', 1, 60)).count).toBe(2);
      await subject.pass(15);
      expect(await kv.get('window')).toBeNull();
      expect((await kv.increment('window', 1, 60)).count).toBe(1);
    });

    it('tells how long the window still lasts, also when it began anew', async () => {
      const leftS = async () => Math.ceil((await kv.increment('lasting', 1, 600)).endsInMs / 10_000) * 10;
      expect(await leftS()).toBe(600);
      await subject.pass(400);
      expect(await leftS()).toBe(200);
      await subject.pass(200);
      expect(await leftS()).toBe(600);
    });

    it('counts in windows of parts of a second', async () => {
      const { count, endsInMs } = await kv.increment('brief', 1, 0.25);
      expect([count, endsInMs > 0 && endsInMs <= 250]).toEqual([1, true]);
    });

    it('loses no concurrent increment', async () => {
      const counts = await Promise.all(Array.from({ length: 20 }, () => kv.increment('busy', 1, 60)));
      expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    });

    it('refuses to count on a text, and leaves it', async () => {
      await kv.set('word', 'twelve');
      await expect(kv.increment('word', 1, 60)).rejects.toThrow();
      expect(await kv.get('word')).toBe('twelve');
    });
  });
}
