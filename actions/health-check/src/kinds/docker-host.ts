import { field } from '@repo/core/config/field';
import { dockerHost } from '@repo/docker/endpoint';
import * as v from 'valibot';

/** The option that names a daemon; without it, it is the one of the docker CLI. */
export const hostOption = { host: v.optional(field(dockerHost())) };
