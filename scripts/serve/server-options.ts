export interface ServerOptions {
  port: number;
  host: string | undefined;
}

export class OptionError extends Error {
  override name = 'OptionError';
}

/** PORT and HOST of the environment. */
export function readServerOptions(env: NodeJS.ProcessEnv, defaultPort: number): ServerOptions {
  const text = env.PORT?.trim();
  const port = text ? Number(text) : defaultPort;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OptionError(`PORT must be a number from 0 to 65535, and it is "${text}".`);
  }
  return { port, host: env.HOST?.trim() || undefined };
}
