/** The vendor's error form. */
export function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ message }, { status, headers });
}

/** For a wrong key, another organisation's eSIM and private routes alike, as the live API does. */
export function accessDenied(): Response {
  return refuse(403, 'access denied');
}

/** Unknown routes are answered in plain text, before the key is looked at. */
export function noSuchRoute(): Response {
  return new Response('Not Found', { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

export function stillProcessing(waitMs: number): Response {
  return refuse(503, 'Processing', { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) });
}
