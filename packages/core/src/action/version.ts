/** The version of the actions. The release command requires it to match the released version. */
export const version = '1.0.0';
