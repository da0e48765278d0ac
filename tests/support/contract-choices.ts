import * as z from 'zod';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import { REQUEST_SCHEMAS } from '../../scripts/openapi/schemas.ts';

/**
 * What a caller may choose on a route, such as `POST /api/esimgo/esim`: the query parameters that it reads, and the
 * actions of its body. From the contract, so that a new one is missed by the tests that try each.
 */
export function choicesOf(route: string): string[] {
  const wanted = route.replace(/\[(\w+)\]/, '{$1}');
  const operation = OPERATIONS.find(({ method, path }) => `${method.toUpperCase()} ${path}` === wanted);
  if (operation === undefined) throw new Error(`the contract does not know ${route}`);
  const parameters = operation.parameters?.filter((parameter) => parameter.in === 'query') ?? [];
  const body = operation.body === undefined ? undefined : REQUEST_SCHEMAS[operation.body];
  return [...parameters.map(({ name }) => `?${name}`), ...actionsOf(body)].toSorted();
}

function actionsOf(body: z.ZodType | undefined): string[] {
  if (!(body instanceof z.ZodDiscriminatedUnion)) return [];
  return body.options.flatMap((option) => {
    const action = option instanceof z.ZodObject ? option.shape['action'] : undefined;
    return action instanceof z.ZodLiteral ? [...action.values].map(String) : [];
  });
}

/** The same of one request. */
export function choicesIn({ query = {}, body }: { query?: object; body?: unknown }): string[] {
  const action = z.looseObject({ action: z.string() }).safeParse(body).data?.action;
  return [...Object.keys(query).map((name) => `?${name}`), ...(action === undefined ? [] : [action])];
}
