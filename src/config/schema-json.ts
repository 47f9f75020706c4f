import { z } from 'zod';
import { profileShape } from './profile-schema.js';
import { configShape } from './schema.js';

/** JSON Schema (2020-12) of `vitals.yaml`, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configShape, { io: 'input' }), title: 'vitals.yaml of account-vitals' };
}

/** JSON Schema (2020-12) of `models/manual/*.yaml`, for editors. */
export function profileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(profileShape, { io: 'input' }), title: 'manual health score of account-vitals' };
}
