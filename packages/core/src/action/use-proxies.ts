import * as http from 'node:http';
import type { Annotation } from './annotation.ts';
import type { Proxies } from './proxies.ts';

type SetProxy = (variables: Readonly<Record<string, string>>) => unknown;

/**
 * Sends the requests of `fetch` and of Node's default agents through the proxies. Clients with their own
 * connections (checks, the Docker client) are not affected. Returns warnings about proxies that are not
 * used.
 *
 * @param setProxy exists since Node 24.14; `null` for an older one
 */
export function useProxies(
  { variables, problems }: Proxies,
  version = process.versions.node,
  setProxy: SetProxy | null = http.setGlobalProxyFromEnv ?? null,
): readonly Annotation[] {
  const warnings = problems.map(
    (message): Annotation => ({ level: 'warning', title: 'Proxy ignored', message }),
  );
  if (setProxy !== null) {
    setProxy(variables);
    return warnings;
  }
  return [
    ...warnings,
    {
      level: 'warning',
      title: 'Proxy not used',
      message:
        `HTTPS_PROXY or HTTP_PROXY is set, but Node ${version} cannot use it, so notifications, downloads and requests to GitHub go around the proxy. ` +
        'Update the runner to 2.333.0 or later, which has Node 24.14.',
    },
  ];
}

/**
 * Connects directly to the hosts of `urls` that NO_PROXY covers. Node does not support CIDR blocks, so it
 * needs the host itself.
 */
export function bypassProxies(
  { variables, isDirect }: Proxies,
  urls: readonly URL[],
  setProxy: SetProxy | null = http.setGlobalProxyFromEnv ?? null,
): void {
  const hosts = urls.filter(isDirect).map(({ hostname }) => hostname);
  if (hosts.length === 0) return;
  setProxy?.({ ...variables, NO_PROXY: [variables.NO_PROXY, ...hosts].join(',') });
}
