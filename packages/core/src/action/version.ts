/** The version of the actions; a release is refused when it is not the one being released. */
export const version = '1.0.0';
