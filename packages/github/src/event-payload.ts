import { Context } from '@actions/github/lib/context';

/**
 * The payload of the event that started the workflow, which is untrusted. Empty outside of a workflow, or
 * if the file of the runner (GITHUB_EVENT_PATH) is missing or is not valid JSON.
 */
export function readEventPayload(): unknown {
  return new Context().payload;
}
