import { field } from '@repo/core/config/field';
import { dockerHost } from '@repo/docker/endpoint';
import * as v from 'valibot';

/** The Docker daemon; default: the daemon of the docker CLI. Loaded without the Docker client. */
export const hostOption = { host: v.optional(field(dockerHost())) };
