import * as z from 'zod';

import { BadInput, type EsimGoSimulator, type SandboxSql, type TelegramSimulator } from '../context.ts';
import type { AdvancingClock } from '../clock.ts';
import { faultsBody, type FaultBook } from '../faults.ts';
import type { ReadableJournal } from '../journal.ts';
import { parseInput } from './parse-input.ts';

export interface ControlParts {
  sql: SandboxSql;
  clock: AdvancingClock;
  journal: ReadableJournal;
  faults: FaultBook;
  esimGo: EsimGoSimulator;
  telegram: TelegramSimulator;
  /** Starts the seeded draws again, with another seed if one is given. */
  reseed(seed: string | undefined): Promise<void>;
}

const setBody = z.strictObject({
  esimgo: z.unknown().optional(),
  telegram: z.unknown().optional(),
  clock: z
    .strictObject({
      advance_s: z
        .number()
        .min(0)
        .max(10 * 365 * 86_400),
    })
    .optional(),
});
const resetBody = z.strictObject({ seed: z.union([z.string().min(1), z.int().transform(String)]).optional() });

type ControlCall = (parts: ControlParts, request: Request, query: URLSearchParams) => Promise<Response>;

/** What is done to the simulated world from outside: by tests, by the sandbox page, never by the shop. */
const CALLS: Record<string, ControlCall> = {
  'POST init-data': async ({ telegram }, request) => telegram.initData(await readJson(request)),
  'POST pay': async ({ telegram }, request) => telegram.pay(await readJson(request)),
  'POST message': async ({ telegram }, request) => telegram.message(await readJson(request)),
  'POST tap': async ({ telegram }, request) => telegram.tap(await readJson(request)),
  'GET chat': ({ telegram }, _request, query) => telegram.chat(query),
  'POST esim': async ({ esimGo }, request) => esimGo.moveEsim(await readJson(request)),
  'GET esim': ({ esimGo }, _request, query) => esimGo.showEsim(query),
  'GET ledger': async ({ esimGo, telegram }) => {
    const [esimgo, stars] = await Promise.all([esimGo.ledger(), telegram.ledger()]);
    return Response.json({ esimgo, stars });
  },
  'POST set': async (parts, request) => {
    const input = parseInput(setBody, await readJson(request));
    if (input.esimgo !== undefined) await parts.esimGo.set(input.esimgo);
    if (input.telegram !== undefined) await parts.telegram.set(input.telegram);
    if (input.clock !== undefined) await advanceClock(parts, input.clock.advance_s * 1000);
    return Response.json({ ok: true });
  },
  'POST faults': async ({ faults }, request) => {
    const { target, rules } = parseInput(faultsBody, await readJson(request));
    await faults.replace(target, rules);
    return Response.json({ ok: true });
  },
  'GET faults': async ({ faults }) =>
    Response.json({ esimgo: faults.live('esimgo'), telegram: faults.live('telegram') }),
  'POST reset': async (parts, request) => {
    const text = await request.text();
    const { seed } = parseInput(resetBody, text === '' ? {} : parseJson(text));
    await parts.faults.clear();
    await parts.telegram.reset();
    await parts.esimGo.reset();
    await parts.reseed(seed);
    parts.journal.clear();
    return Response.json({ ok: true });
  },
  'GET journal': async ({ journal }, _request, query) => {
    const after = Number(query.get('after') ?? 0);
    if (!Number.isInteger(after)) throw new BadInput('after must be the number of a journal entry.');
    return Response.json({ entries: journal.entriesAfter(after), last: journal.lastNumber() });
  },
};

const NAMES = new Set(Object.keys(CALLS).map((key) => key.split(' ')[1]));

/** `name` is the part of the path after `/sandbox/api/`. */
export async function answerControl(
  parts: ControlParts,
  request: Request,
  name: string,
  query: URLSearchParams,
): Promise<Response> {
  const call = CALLS[`${request.method} ${name}`];
  if (call === undefined) {
    if (!NAMES.has(name)) return refuse(404, `There is no /sandbox/api/${name}.`);
    return refuse(405, `/sandbox/api/${name} does not take ${request.method}.`);
  }
  try {
    return await call(parts, request, query);
  } catch (error) {
    if (error instanceof BadInput) return refuse(400, error.message);
    throw error;
  }
}

export function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

async function advanceClock({ sql, clock }: ControlParts, ms: number): Promise<void> {
  await sql.query('update sandbox.settings set clock_offset_ms = clock_offset_ms + $1', [Math.round(ms)]);
  clock.advance(Math.round(ms));
}

async function readJson(request: Request): Promise<unknown> {
  return parseJson(await request.text());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`The body must be JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`);
  }
}
