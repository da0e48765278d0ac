// @ts-check

/**
 * @param {string} path below `/sandbox/api/`
 * @param {unknown} [body] sent as JSON; without one it is a GET
 * @returns {Promise<any>}
 */
export async function callSandbox(path, body) {
  const response = await fetch(
    `/sandbox/api/${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

/**
 * Calls `poll` again and again while the page is in view, never twice at once.
 * @param {number} seconds
 * @param {() => Promise<void>} poll
 */
export function every(seconds, poll) {
  let isBusy = false;
  const run = async () => {
    if (isBusy || document.hidden) return;
    isBusy = true;
    try {
      await poll();
    } catch {
      // The sandbox may be restarting; the next try tells.
    } finally {
      isBusy = false;
    }
  };
  setInterval(run, seconds * 1_000);
  document.addEventListener('visibilitychange', run);
  void run();
}
