// The shell of every chart: a caption, the drawing with its description, and the same data as a table.

import { escapeMarkup } from '../escape.ts';

export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** SVG elements, without the root. */
  readonly marks: string;
}

export interface Chart {
  /** Unique in the document; letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what is drawn and what stands out. Read aloud instead of the drawing. */
  readonly description: string;
  /** Shown under the drawing: what a reader has to know to read it right. */
  readonly note?: string;
  /** How much of the page it takes; `full` charts have the whole width. */
  readonly size: 'small' | 'half' | 'full';
  readonly wide: Drawing;
  /** For small screens and paper, drawn anew so that its text stays readable; absent = the same everywhere. */
  readonly narrow?: Drawing;
  /** `[class, name]` of each line or mark, with its pattern shown. */
  readonly legend: readonly (readonly [string, string])[];
  readonly table: ChartTable;
}

export function figure(chart: Chart): string {
  const { id, title, narrow } = chart;
  const legend = chart.legend
    .map(([className, name]) => `<li><span class="key ${className}"></span>${escapeMarkup(name)}</li>`)
    .join('');
  return [
    `<figure class="chart ${chart.size}" id="${id}">`,
    `<figcaption><h3>${escapeMarkup(title)}</h3>`,
    legend === '' ? '' : `<ul class="legend">${legend}</ul>`,
    '</figcaption><div class="plot">',
    svg(chart, chart.wide, narrow === undefined ? 'only' : 'wide'),
    narrow === undefined ? '' : svg(chart, narrow, 'narrow'),
    '</div>',
    chart.note === undefined ? '' : `<p class="note">${escapeMarkup(chart.note)}</p>`,
    `<details><summary>Data of “${escapeMarkup(title)}”</summary>${dataTable(chart.table, title)}</details>`,
    '</figure>',
  ].join('');
}

/** Only one of the two layouts is ever shown, so only one is read aloud. */
function svg(chart: Chart, drawing: Drawing, layout: 'wide' | 'narrow' | 'only'): string {
  const id = `${chart.id}-${layout}`;
  return [
    `<svg class="${layout}" viewBox="0 0 ${drawing.width} ${drawing.height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeMarkup(chart.title)}</title>`,
    `<desc id="${id}-desc">${escapeMarkup(chart.description)}</desc>`,
    drawing.marks,
    '</svg>',
  ].join('');
}

function dataTable(table: ChartTable, caption: string): string {
  const head = table.columns.map((column) => `<th scope="col">${escapeMarkup(column)}</th>`).join('');
  const rows = table.rows
    .map(([first = '', ...rest]) => {
      const cells = rest.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('');
      return `<tr><th scope="row">${escapeMarkup(first)}</th>${cells}</tr>`;
    })
    .join('');
  return (
    `<div class="scroll" tabindex="0" role="group" aria-label="${escapeMarkup(caption)}, data">` +
    `<table><caption>${escapeMarkup(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
  );
}
