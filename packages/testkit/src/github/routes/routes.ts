import type { Route } from '../route.ts';
import { artifactRoutes } from './artifacts.ts';
import { branchRoutes } from './branches.ts';
import { cacheRoutes } from './caches.ts';
import { checkRunRoutes } from './check-runs.ts';
import { commentRoutes } from './comments.ts';
import { deploymentRoutes } from './deployments.ts';
import { environmentRoutes } from './environments.ts';
import { gitObjectRoutes } from './git-objects.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import { pagesRoutes } from './pages.ts';
import { pullRoutes } from './pulls.ts';
import { refRoutes } from './refs.ts';
import { repositoryRoutes } from './repository.ts';
import { runRoutes } from './runs.ts';
import { treeRoutes } from './trees.ts';
import { workflowRoutes } from './workflows.ts';

/** All supported operations; run extract-openapi.ts after a change. */
export const ROUTES: readonly Route[] = [
  ...repositoryRoutes,
  ...workflowRoutes,
  ...runRoutes,
  ...artifactRoutes,
  ...cacheRoutes,
  ...deploymentRoutes,
  ...environmentRoutes,
  ...refRoutes,
  ...gitObjectRoutes,
  ...treeRoutes,
  ...branchRoutes,
  ...pullRoutes,
  ...pagesRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...commentRoutes,
  ...checkRunRoutes,
];
