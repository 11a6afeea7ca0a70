/**
 * Sends what `fetch` sends through the proxy that the environment names, as self-hosted runners
 * need it. Does nothing without one, and before Node 24.14. Checks have agents of their own, which
 * do not notice.
 */
export async function useProxy(variables: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(variables).length === 0) return;
  const http: Partial<typeof import('node:http')> = await import('node:http');
  http.setGlobalProxyFromEnv?.(variables);
}
