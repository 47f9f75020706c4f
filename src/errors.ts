/**
 * Failures that a user can act on. Each class carries the exit code of the command line; anything else that is thrown
 * is a bug of ours. Messages say what was expected, what came, where, and what to do.
 */
export class VitalsError extends Error {
  readonly exitCode: number = 1;
  override readonly name: string = 'VitalsError';
}

/** The command line or a configuration file is wrong (exit 2). */
export class ConfigError extends VitalsError {
  override readonly exitCode = 2;
  override readonly name = 'ConfigError';
}

/** The data cannot be used as they are (exit 3). */
export class DataError extends VitalsError {
  override readonly exitCode = 3;
  override readonly name = 'DataError';
}

/** A quality or acceptance gate is not met (exit 4); nothing was put in force. */
export class GateError extends VitalsError {
  override readonly exitCode = 4;
  override readonly name = 'GateError';
}

/** A fit, calibrator or measure was given numbers that it cannot use, or did not converge. */
export class ModelError extends VitalsError {
  override readonly name = 'ModelError';
}

/** A scoring artifact is damaged, of another version, or does not reproduce its golden rows. */
export class ArtifactError extends VitalsError {
  override readonly name = 'ArtifactError';
}

/** Length and short hash of a text cell, for messages that must not show a customer's text. */
export function cellDigest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `text of ${text.length} characters (#${(hash >>> 0).toString(16).padStart(8, '0')})`;
}
