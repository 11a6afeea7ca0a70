import { notifyTarget } from '../notify/notify-target.ts';
import { boolean } from './boolean.ts';
import { list } from './list.ts';
import { oneOf } from './one-of.ts';
import { text } from './text.ts';

/** The inputs that all actions share. `fail-on` is missing, because its values differ. */
export const sharedInputs = {
  'report-file': text(),
  summary: boolean(),
  notify: list(notifyTarget()),
  'notify-on': oneOf(['fail', 'warn', 'always']),
};
