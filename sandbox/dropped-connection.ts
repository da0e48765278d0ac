import type { ServerRequest } from 'srvx';

/**
 * Cuts the connection of this request, so that its sender sees a network error and no answer. Under srvx's Node server the socket
 * is destroyed; in any other host the body breaks before its first byte.
 */
export function dropConnection(request: ServerRequest): Response {
  request.runtime?.node?.res?.destroy();
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.error(new Error('The connection was cut by a fault rule.'));
      },
    }),
  );
}
