import type { Route } from '../route.ts';
import { checkRunRoutes } from './check-runs.ts';
import { commentRoutes } from './comments.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import { pullRoutes } from './pulls.ts';
import { repositoryRoutes } from './repository.ts';
import { workflowRoutes } from './workflows.ts';

/** Everything that is served; run extract-openapi.ts after a change. */
export const ROUTES: readonly Route[] = [
  ...repositoryRoutes,
  ...workflowRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...commentRoutes,
  ...pullRoutes,
  ...checkRunRoutes,
];
