/** The version of the actions; a release is refused when it is not the one being released. */
export const version = '0.1.0';
