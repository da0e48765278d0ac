/**
 * The activation code of an eSIM, the text behind its QR code. Documentation shows the SM-DP+ address with a scheme,
 * live answers without; phones accept the bare host only.
 */
export function lpaString(smdpAddress: string, matchingId: string): string {
  const host = smdpAddress
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/\/+$/, '');
  const code = matchingId.trim();
  if (!/^[^\s$/]+$/.test(host) || !/^[^\s$]+$/.test(code)) {
    throw new TypeError('An activation code needs a host and a matching ID without spaces or $');
  }
  return `LPA:1$${host}$${code}`;
}

/** Opens the installation on an iPhone (iOS 17.4 and later). */
export function appleInstallUrl(lpa: string): string {
  return `https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=${cardData(lpa)}`;
}

export function androidInstallUrl(lpa: string): string {
  return `https://esimsetup.android.com/esim_qrcode_provisioning?carddata=${cardData(lpa)}`;
}

// Both vendors document the code with its colon and dollars as they are.
function cardData(lpa: string): string {
  return encodeURIComponent(lpa).replaceAll('%3A', ':').replaceAll('%24', '$');
}
