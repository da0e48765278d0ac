import { describe, expect, it } from 'vitest';
import { AppError, ERROR_CODES } from '../../../lib/contract/error-codes.ts';
import { problemSchema } from '../../../lib/contract/problem.ts';
import { problemResponse } from '../../../lib/http/problem.ts';

const answerTo = async (error: unknown) => {
  const response = problemResponse(error, 'req_1');
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('problemResponse', () => {
  it.each(ERROR_CODES)('answers %s in the one closed shape, kept by nobody', async (code) => {
    const { status, headers, text } = await answerTo(new AppError(code, { details: { path: 'a.b' } }));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(problemSchema.parse(JSON.parse(text))).toEqual({
      error: { code, request_id: 'req_1', details: { path: 'a.b' } },
    });
  });

  it('says nothing of an error that is not ours', async () => {
    const foreign = Object.assign(new Error('duplicate key value: anna@mail.example'), {
      code: 'forbidden',
      details: { a: 1 },
    });
    for (const error of [foreign, 'text', null, { code: 'not_found', details: {} }]) {
      const { status, text } = await answerTo(error);
      expect(status).toBe(500);
      expect(JSON.parse(text)).toEqual({ error: { code: 'internal', request_id: 'req_1' } });
    }
  });

  it('says nothing of the cause of an error that is ours', async () => {
    const { text } = await answerTo(
      new AppError('temporarily_unavailable', { cause: new Error('the supplier’s words') }),
    );
    expect(JSON.parse(text)).toEqual({ error: { code: 'temporarily_unavailable', request_id: 'req_1' } });
  });

  it('says when to come back', async () => {
    expect((await answerTo(new AppError('temporarily_unavailable'))).headers.get('retry-after')).toBe('5');
    const limited = new AppError('rate_limited', { details: { retry_after_s: 17 } });
    expect((await answerTo(limited)).headers.get('retry-after')).toBe('17');
    expect((await answerTo(new AppError('not_found'))).headers.get('retry-after')).toBeNull();
  });
});
