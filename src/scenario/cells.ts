// Cells of a CSV file as what a scenario says they are: text unless it says otherwise.

import type { Json } from '../kernel/json.ts';

export const cellTypes = ['text', 'number', 'boolean', 'json'] as const;

export type CellType = (typeof cellTypes)[number];

/** Column → type. */
export type CellTypes = Readonly<Record<string, CellType>>;

const notA = (cell: string, what: string): { problem: string } => ({
  problem: `${JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell)} is not ${what}`,
});

/** The cell's value, or what is wrong with it. */
export function readCell(cell: string, type: CellType): { value: Json } | { problem: string } {
  switch (type) {
    case 'text':
      return { value: cell };
    case 'number': {
      const isNumber = /^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(cell) && Number.isFinite(Number(cell));
      return isNumber ? { value: Number(cell) } : notA(cell, 'a number');
    }
    case 'boolean': {
      const word = cell.trim();
      return word === 'true' || word === 'false' ? { value: word === 'true' } : notA(cell, 'true or false');
    }
    case 'json':
      try {
        return { value: JSON.parse(cell) as Json };
      } catch {
        return notA(cell, 'JSON');
      }
  }
}
