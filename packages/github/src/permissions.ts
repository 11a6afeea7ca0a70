/** What a token needs for a resource, by the start of its path below the repository. */
const NEEDED: readonly (readonly [RegExp, string])[] = [
  [/^\/(issues|labels)\b/, 'issues'],
  [/^\/pulls\b/, 'pull-requests'],
  [/^\/actions\b/, 'actions'],
  [/^\/deployments\b/, 'deployments'],
  [/^\/(git|contents|branches|releases|merges)\b/, 'contents'],
  [/^\/(check-runs|check-suites)\b/, 'checks'],
  [/^\/statuses\b/, 'statuses'],
  [/^\/pages\b/, 'pages'],
];

/**
 * The permission that a refused call asks for, as a workflow writes it (`issues: write`).
 *
 * @param path of the call, `/repos/{owner}/{repo}/…` with or without the names filled in
 * @param accepted the header X-Accepted-GitHub-Permissions, `issues=write; pull_requests=write`
 */
export function missingPermission(
  method: string,
  path: string,
  accepted: string | undefined,
): string | undefined {
  const [, name, access] = /^\s*([a-z_]+)=(read|write)\b/.exec(accepted ?? '') ?? [];
  if (name !== undefined) return `${name.replaceAll('_', '-')}: ${access}`;
  const below = path.replace(/^\/repos\/[^/]+\/[^/]+/, '');
  const needed = NEEDED.find(([pattern]) => pattern.test(below))?.[1];
  return needed && `${needed}: ${method === 'GET' || method === 'HEAD' ? 'read' : 'write'}`;
}
