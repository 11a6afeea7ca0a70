/**
 * Sends requests of `fetch` through the proxy of the environment, which self-hosted runners need. Does
 * nothing without a proxy, or before Node 24.14. Checks use their own agents and are not affected.
 */
export async function useProxy(variables: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(variables).length === 0) return;
  const http: Partial<typeof import('node:http')> = await import('node:http');
  http.setGlobalProxyFromEnv?.(variables);
}
