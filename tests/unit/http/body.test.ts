import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AppError } from '../../../lib/contract/error-codes.ts';
import { createOrderBodySchema } from '../../../lib/contract/order.ts';
import { readBody, readJson } from '../../../lib/http/body.ts';

const LIMIT = 64 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = JSON_TYPE) =>
  new Request('http://shop.example/', {
    method: 'POST',
    headers,
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });

function chunks(count: number, size: number, onCancel: () => void = () => undefined): ReadableStream<Uint8Array> {
  let left = count;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) controller.close();
      else controller.enqueue(new Uint8Array(size));
      left -= 1;
    },
    cancel: onCancel,
  });
}

async function refusalOf(work: Promise<unknown>): Promise<{ code: string; details: unknown }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, details: error.details };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('readBody', () => {
  it('gives the bytes as they came', async () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0x7b, 0x20, 0x0a, 0x7d);
    expect(Buffer.from(await readBody(post(bytes)))).toEqual(Buffer.from(bytes));
  });

  it('gives nothing for a request without a body', async () => {
    expect(await readBody(new Request('http://shop.example/', { method: 'POST' }))).toHaveLength(0);
  });

  it('takes exactly 64 KB, announced or in pieces', async () => {
    expect(await readBody(post(new Uint8Array(LIMIT), { 'content-length': String(LIMIT) }))).toHaveLength(LIMIT);
    expect(await readBody(post(chunks(64, 1024)))).toHaveLength(LIMIT);
  });

  it('refuses one byte more, announced or not, before reading the rest', async () => {
    const announced = post(chunks(2, 1), { 'content-length': String(LIMIT + 1) });
    expect(await refusalOf(readBody(announced))).toMatchObject({ code: 'payload_too_large' });

    let wasCancelled = false;
    const endless = post(
      chunks(Infinity, 1000, () => (wasCancelled = true)),
      { 'content-length': '10' },
    );
    expect(await refusalOf(readBody(endless))).toMatchObject({ code: 'payload_too_large' });
    expect(wasCancelled).toBe(true);
  });

  it('calls a body that breaks off a bad request, as nothing of ours failed', async () => {
    const broken = post(new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) }));
    expect(await refusalOf(readBody(broken))).toMatchObject({ code: 'bad_request', details: { reason: 'cut_off' } });
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'x'])(
    'refuses a body compressed with %s',
    async (encoding) => {
      const request = post('{}', { ...JSON_TYPE, 'content-encoding': encoding });
      expect(await refusalOf(readBody(request))).toMatchObject({ code: 'unsupported_media_type' });
    },
  );
});

describe('readJson', () => {
  const schema = z.strictObject({ a: z.strictObject({ b: z.array(z.int()) }) });
  const read = (text: string) => readJson(post(text), schema);

  it('gives what the schema makes of the body', async () => {
    expect(await read('{"a":{"b":[1,2]}}')).toEqual({ a: { b: [1, 2] } });
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', ' application/json ;x'])(
    'takes the content type %s',
    async (type) => {
      expect(await readJson(post('{"a":{"b":[]}}', { 'content-type': type }), schema)).toEqual({ a: { b: [] } });
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'text/json',
    'multipart/form-data',
    '',
  ])('refuses the content type "%s"', async (type) => {
    const request = post('{"a":{"b":[]}}', { 'content-type': type });
    expect(await refusalOf(readJson(request, schema))).toMatchObject({ code: 'unsupported_media_type' });
  });

  it.each<[string, string, string]>([
    ['{"a":{"b":["x"]}}', 'a.b.0', 'invalid_type'],
    ['{"a":{"b":[1.5]}}', 'a.b.0', 'invalid_type'],
    ['{"a":{}}', 'a.b', 'invalid_type'],
    ['{"a":{"b":[],"c":1}}', 'a.c', 'unrecognized_keys'],
    ['{"a":{"b":[]},"constructor":1}', 'constructor', 'unrecognized_keys'],
    ['[]', '', 'invalid_type'],
    ['null', '', 'invalid_type'],
    ['"a"', '', 'invalid_type'],
    ['', '', 'not_json'],
    ['{"a":', '', 'not_json'],
    ["{'a':1}", '', 'not_json'],
    ['{"a":1}{"a":1}', '', 'not_json'],
  ])('refuses %s with the path "%s"', async (text, path, reason) => {
    expect(await refusalOf(read(text))).toEqual({ code: 'bad_request', details: { path, reason } });
  });

  it('refuses the deepest JSON that fits, without running out of stack', async () => {
    for (const text of [
      `${'['.repeat(32_000)}${']'.repeat(32_000)}`,
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    ]) {
      expect(await refusalOf(read(text))).toMatchObject({ code: 'bad_request' });
    }
  });

  it('refuses a key that would reach the prototype, and changes none', async () => {
    const text = '{"bundle_id":"x","expected_stars":1,"__proto__":{"iccid":"8943108170001234567"}}';
    expect(await refusalOf(readJson(post(text), createOrderBodySchema))).toEqual({
      code: 'bad_request',
      details: { path: '__proto__', reason: 'unrecognized_keys' },
    });
    expect(Reflect.get({}, 'iccid')).toBeUndefined();
  });

  it('names no more of a key than fits', async () => {
    const { details } = await refusalOf(read(`{"${'k'.repeat(60_000)}":1,"a":{"b":[]}}`));
    expect(JSON.stringify(details).length).toBeLessThan(200);
  });
});
