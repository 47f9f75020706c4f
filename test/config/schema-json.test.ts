import { describe, expect, it } from 'vitest';
import { configJsonSchema, profileJsonSchema } from '../../src/config/schema-json.js';
import { TABLE_NAMES } from '../../src/config/vocabulary.js';

interface Node {
  readonly properties: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly default?: unknown;
}

describe('JSON Schemas for editors', () => {
  it('know the keys of vitals.yaml, refuse others and require only the name', () => {
    const schema = configJsonSchema() as unknown as Node;
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(['name']);
    expect(Object.keys(schema.properties['sources']!.properties)).toEqual([...TABLE_NAMES]);
    expect(schema.properties['models']!.properties['seed']!.default).toBe(1);
  });

  it('know the keys of a profile', () => {
    const schema = profileJsonSchema() as unknown as Node;
    expect(schema.required).toEqual(['name', 'purpose', 'owner', 'approver', 'date', 'factors', 'categories']);
  });

  it('are plain JSON', () => {
    expect(JSON.parse(JSON.stringify(configJsonSchema()))).toEqual(configJsonSchema());
  });
});
