import type { SourceConfig } from '../config/types.js';
import type { Sql } from '../types.js';

/** What says where the files of one table are and how they are written. */
export type FileSpec = Pick<SourceConfig, 'files' | 'format' | 'delimiter' | 'nullValues' | 'origin'> & {
  /** Name of the table in messages. */
  readonly label: string;
  readonly workspace: string;
};

/** A column of a file: its name there, its engine type (VARCHAR in CSV) and its name `c1` … in the scan. */
export interface FileColumn {
  readonly name: string;
  readonly type: string;
  readonly alias: string;
}

/** Files with the same columns, and the relation that reads them in order. */
export interface FileGroup {
  /** First file, relative to the workspace, for messages. */
  readonly file: string;
  readonly columns: readonly FileColumn[];
  readonly delimiter: string | null;
  readonly scan: Sql;
  /** JSON lines only: the column with the text of the whole record, and what the column `line_fault` can say of it. */
  readonly lines?: { readonly rest: Sql; readonly reasons: readonly string[] };
}
