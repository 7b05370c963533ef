// Opens a report as a reader does, in Chromium: light, dark, narrow and on paper, and tells what is wrong with it.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { packagePath } from '../../src/kernel/entry.ts';

export interface Inspection {
  /** Errors and warnings of the console, and uncaught errors, each with the view it was seen in. */
  readonly consoleMessages: string[];
  /** Every address asked for besides the file itself and what is inside it (`data:`). */
  readonly requests: string[];
  /** axe-core, in light and in dark: `dark: color-contrast (serious): …`. */
  readonly violations: string[];
  /** Elements that stick out of the page at 380 px; empty = no horizontal scrolling. */
  readonly overflow: string[];
}

const views = [
  { name: 'light', width: 1280, height: 900, scheme: 'light', media: 'screen' },
  { name: 'dark', width: 1280, height: 900, scheme: 'dark', media: 'screen' },
  { name: 'narrow', width: 380, height: 800, scheme: 'light', media: 'screen' },
  { name: 'print', width: 794, height: 1123, scheme: 'light', media: 'print' },
] as const;

type View = (typeof views)[number];

/** Path of a Chromium on this machine, or undefined. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_BIN'];
  const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return (named === undefined ? usual : [named, ...usual]).find((path) => existsSync(path));
}

/** Screenshots are `<name>-light.png`, `-dark`, `-narrow` and `-print` in `artifactsFolder`. */
export async function inspectReport(
  htmlPath: string,
  artifactsFolder: string,
  name: string,
): Promise<Inspection> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium found; set CHROMIUM_BIN.');
  await mkdir(artifactsFolder, { recursive: true });
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  });
  try {
    const found: Inspection = { consoleMessages: [], requests: [], violations: [], overflow: [] };
    for (const view of views) await look(browser, view, htmlPath, join(artifactsFolder, name), found);
    return found;
  } finally {
    await browser.close();
  }
}

async function look(browser: Browser, view: View, htmlPath: string, prefix: string, found: Inspection) {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.scheme,
    reducedMotion: 'reduce',
    // Reports forbid scripts by a policy of their own; axe-core is one.
    bypassCSP: true,
  });
  const page = await context.newPage();
  const address = pathToFileURL(htmlPath).href;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      found.consoleMessages.push(`${view.name}: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.consoleMessages.push(`${view.name}: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) found.requests.push(request.url());
  });
  await page.emulateMedia({ media: view.media, colorScheme: view.scheme });
  await page.goto(address, { waitUntil: 'load' });
  await page.screenshot({ path: `${prefix}-${view.name}.png`, fullPage: true });
  if (view.name === 'light' || view.name === 'dark') {
    found.violations.push(...(await violations(page)).map((violation) => `${view.name}: ${violation}`));
  }
  if (view.name === 'narrow') found.overflow.push(...(await page.evaluate<string[]>(sticksOut)));
  await context.close();
}

/** The little of axe-core's answer that is read here. */
interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({
    content: readFileSync(packagePath('node_modules/axe-core/axe.min.js'), 'utf8'),
  });
  const found = await page.evaluate<AxeViolation[]>(openAndRunAxe);
  return found.map(({ id, impact, nodes }) => {
    const first = nodes[0];
    const where = first === undefined ? '' : `${first.html.slice(0, 200)} ${first.failureSummary ?? ''}`;
    return `${id} (${impact ?? 'unknown'}), ${nodes.length} places: ${where.replaceAll(/\s+/g, ' ')}`;
  });
}

// Scripts of the page are text: this project's types know no browser.

/** Data tables are inside <details>; they are opened, so that they are looked at too. */
const openAndRunAxe = `(async () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  return (await axe.run()).violations;
})()`;

/** What is wider than the page, unless it is inside something that scrolls by itself. */
const sticksOut = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && element.closest('.scroll') === null)
    .slice(0, 10)
    .map((element) => element.outerHTML.slice(0, 120));
})()`;
