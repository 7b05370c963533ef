// The shell of every chart: a caption, the drawing with its description, and the same data as a table.

import { escapeMarkup } from '../escape.ts';

export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Chart {
  /** Unique in the document; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what is drawn and what stands out. Read aloud instead of the drawing. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** SVG elements, without the root. */
  readonly drawing: string;
  /** `[class, name]` of each line or mark, with its pattern shown. */
  readonly legend: readonly (readonly [string, string])[];
  readonly table: ChartTable;
}

export function figure(chart: Chart): string {
  const { id, width, height } = chart;
  const legend = chart.legend
    .map(([className, name]) => `<li><span class="key ${className}"></span>${escapeMarkup(name)}</li>`)
    .join('');
  return [
    `<figure class="chart" id="${id}">`,
    `<figcaption><h3>${escapeMarkup(chart.title)}</h3>`,
    legend === '' ? '' : `<ul class="legend">${legend}</ul>`,
    '</figcaption>',
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeMarkup(chart.title)}</title>`,
    `<desc id="${id}-desc">${escapeMarkup(chart.description)}</desc>`,
    chart.drawing,
    '</svg>',
    `<details><summary>Data of “${escapeMarkup(chart.title)}”</summary>${dataTable(chart.table, chart.title)}</details>`,
    '</figure>',
  ].join('');
}

export function dataTable(table: ChartTable, caption: string): string {
  const head = table.columns.map((column) => `<th scope="col">${escapeMarkup(column)}</th>`).join('');
  const rows = table.rows
    .map((row) => {
      const [first = '', ...rest] = row;
      const cells = rest.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('');
      return `<tr><th scope="row">${escapeMarkup(first)}</th>${cells}</tr>`;
    })
    .join('');
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escapeMarkup(caption)}, data">` +
    `<table><caption>${escapeMarkup(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
  );
}
