/** The permission for a resource, by the start of its path below the repository. */
const NEEDED: readonly (readonly [RegExp, string])[] = [
  [/^\/(issues|labels)\b/, 'issues'],
  [/^\/pulls\b/, 'pull-requests'],
  [/^\/(actions|environments)\b/, 'actions'],
  [/^\/deployments\b/, 'deployments'],
  [/^\/(git|contents|branches|commits|compare|releases|merges)\b/, 'contents'],
  [/^\/(check-runs|check-suites)\b/, 'checks'],
  [/^\/statuses\b/, 'statuses'],
  [/^\/pages\b/, 'pages'],
];

/**
 * The permission that a rejected request needs, as in a workflow (`issues: write`).
 *
 * @param path the path of the request: `/repos/owner/repo/…`
 * @param accepted the header X-Accepted-GitHub-Permissions: `issues=write; pull_requests=write`
 */
export function missingPermission(
  access: 'read' | 'write',
  path: string,
  accepted: string | undefined,
): string | undefined {
  const [, name] = /^\s*([a-z_]+)=(?:read|write)\b/.exec(accepted ?? '') ?? [];
  const below = path.replace(/^\/repos\/[^/]+\/[^/]+/, '');
  const needed = name?.replaceAll('_', '-') ?? NEEDED.find(([pattern]) => pattern.test(below))?.[1];
  return needed && `${needed}: ${access}`;
}
