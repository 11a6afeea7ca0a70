import type { Place, Route } from '../route.ts';
import type { Label, State } from '../state.ts';

const createLabel: Route = {
  operation: 'POST /repos/{owner}/{repo}/labels',
  needs: 'issues: write',
  handle: ({ body }, place) => {
    const name = String(body.name);
    if (place.state.labels.some((label) => label.name === name)) return ALREADY_THERE;
    makeLabel(name, place.state, {
      color: String(body.color ?? 'ededed'),
      description: String(body.description ?? ''),
    });
    return { status: 201, body: labelBody(name, place) };
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
export function makeLabel(
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

export function labelBody(name: string, { state, complete }: Place): object {
  const { id, color, description } = makeLabel(name, state);
  return complete('label', { id, name, color, description, default: false });
}

export const labelRoutes: readonly Route[] = [createLabel];
