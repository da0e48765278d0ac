import { currentApp, type App } from '../app.ts';
import { AppError } from '../contract/error-codes.ts';
import { newId } from '../ids.ts';
import { refusalOf } from './guards.ts';
import { problemResponse } from './problem.ts';

export interface RouteContext {
  app: App;
  url: URL;
  /** Adds to the request's log line. */
  note: (fields: Record<string, unknown>) => void;
  /** Leaves the request out of the log: for ticks that found nothing to do. */
  hush: () => void;
}

export type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>;

/** Makes a function of a handler: finds the app, answers failures by their code, writes one line a request. */
export function route(name: string, handler: RouteHandler): (request: Request) => Promise<Response> {
  return async (request) => {
    const startedAt = performance.now();
    let requestId = newId('req');
    const fields: Record<string, unknown> = {};
    let app: App | null = null;
    let isHushed = false;
    let response: Response;
    let failure: unknown;
    try {
      app = await currentApp();
      if (app.deps.config.isOnVercel) requestId = request.headers.get('x-vercel-id')?.slice(0, 100) ?? requestId;
      const note = (more: Record<string, unknown>): void => void Object.assign(fields, more);
      const hush = (): void => void (isHushed = true);
      response = await handler(request, { app, url: new URL(request.url), note, hush });
    } catch (error) {
      failure = app === null ? error : await refusalOf(app, request, error);
      response = problemResponse(failure, requestId);
    }
    app?.noteStatus(response.status);
    if (!isHushed) {
      app?.log.info('request', {
        route: name,
        method: request.method,
        status: response.status,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        requestId,
        ...fields,
        ...(failure instanceof AppError ? { code: failure.code } : {}),
      });
    }
    if (failure !== undefined && !(failure instanceof AppError && failure.cause === undefined)) {
      const level = failure instanceof AppError ? 'warn' : 'error';
      app?.log[level]('request_failed', { route: name, requestId, error: failure });
    }
    // Without an app there is no log either; the host prints what is thrown.
    if (app === null) throw failure;
    return response;
  };
}

/** Answers that belong to one person are never kept by anything in between. */
export function jsonAnswer(body: object, init: { status?: number } = {}): Response {
  return Response.json(body, { status: init.status ?? 200, headers: { 'cache-control': 'no-store' } });
}
