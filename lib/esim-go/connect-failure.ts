/** Ours: the request was called off at the wire. */
export const TOO_LATE = 'ESENDTOOLATE';

// Raised before the first byte of a request can be written: name look-up, connecting, checking the certificate.
const CONNECT_CODES = new Set([
  TOO_LATE,
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True only if the failure proves that nothing was sent. A reset or an unknown error proves nothing. */
export function isConnectFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Several addresses were tried; one that got further than connecting spoils the proof.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isConnectFailure);
  const code = stringProperty(error, 'code');
  if (code !== null) return CONNECT_CODES.has(code) || stringProperty(error, 'syscall') === 'connect';
  return isConnectFailure(error.cause);
}

export function causeCodeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return stringProperty(error, 'code') ?? causeCodeOf(error.cause);
}

function stringProperty(error: Error, name: string): string | null {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : null;
}
