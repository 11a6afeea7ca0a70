import { PushRefused } from './push-refused.ts';

/** There are no credentials for it, as with `persist-credentials: false`. */
export class PushNotAllowed extends PushRefused {}
