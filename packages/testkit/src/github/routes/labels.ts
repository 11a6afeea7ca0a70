import type { Label } from '../records.ts';
import type { Route, RouteContext } from '../route.ts';
import type { State } from '../state.ts';

const createLabel: Route = {
  operation: 'POST /repos/{owner}/{repo}/labels',
  needs: 'issues: write',
  handle: ({ body }, context) => {
    const name = String(body.name);
    if (context.state.labels.some((label) => label.name === name)) return ALREADY_EXISTS;
    getOrCreateLabel(name, context.state, {
      color: String(body.color ?? 'ededed'),
      description: String(body.description ?? ''),
    });
    return { status: 201, body: toLabelBody(name, context) };
  },
};

const ALREADY_EXISTS = {
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [{ resource: 'Label', code: 'already_exists', field: 'name' }],
    documentation_url: 'https://docs.github.com/rest/issues/labels#create-a-label',
  },
};

/** Returns the label with this name; creates it if it does not exist. */
export function getOrCreateLabel(
  name: string,
  state: State,
  { color = 'ededed', description = '' } = {},
): Label {
  const existing = state.labels.find((label) => label.name === name);
  if (existing !== undefined) return existing;
  const label: Label = { id: state.nextId(), name, color, description };
  state.labels.push(label);
  return label;
}

export function toLabelBody(name: string, { state, complete }: RouteContext): object {
  const { id, color, description } = getOrCreateLabel(name, state);
  return complete('label', { id, name, color, description, default: false });
}

export const labelRoutes: readonly Route[] = [createLabel];
