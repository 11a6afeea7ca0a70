import type { Label } from '../records.ts';
import type { Route, RouteContext } from '../route.ts';
import type { State } from '../state.ts';

const createLabel: Route = {
  operation: 'POST /repos/{owner}/{repo}/labels',
  needs: 'issues: write',
  handle: ({ body }, context) => {
    const name = String(body.name);
    if (context.state.labels.some((label) => label.name === name)) return ALREADY_THERE;
    getOrCreateLabel(name, context.state, {
      color: String(body.color ?? 'ededed'),
      description: String(body.description ?? ''),
    });
    return { status: 201, body: toLabelBody(name, context) };
  },
};

const ALREADY_THERE = {
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [{ resource: 'Label', code: 'already_exists', field: 'name' }],
    documentation_url: 'https://docs.github.com/rest/issues/labels#create-a-label',
  },
};

/** A label, made if there is none of that name. */
export function getOrCreateLabel(
  name: string,
  state: State,
  { color = 'ededed', description = '' } = {},
): Label {
  const there = state.labels.find((label) => label.name === name);
  if (there !== undefined) return there;
  const label: Label = { id: state.nextId(), name, color, description };
  state.labels.push(label);
  return label;
}

export function toLabelBody(name: string, { state, complete }: RouteContext): object {
  const { id, color, description } = getOrCreateLabel(name, state);
  return complete('label', { id, name, color, description, default: false });
}

export const labelRoutes: readonly Route[] = [createLabel];
