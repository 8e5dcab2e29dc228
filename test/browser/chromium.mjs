import { chromium } from 'playwright-core';

/** WebGPU and WebGL 2 in software (SwiftShader), so that a machine without a GPU gives the same page. */
const SOFTWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--ignore-gpu-blocklist',
  '--enable-unsafe-swiftshader',
  '--use-angle=swiftshader',
];
const QUIET = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a page in headless Chromium and gives the value of `window.report`, a promise. Any error of the page is an error here. */
export const reportOf = async (url, { executable = process.env.CHROMIUM ?? '/usr/bin/chromium', timeout = 900_000 } = {}) => {
  const browser = await chromium.launch({ executablePath: executable, args: [...QUIET, ...SOFTWARE_GPU] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(timeout);
    page.on('console', (message) => console.log(`page: ${message.text()}`));
    const failure = new Promise((_, reject) => {
      page.on('pageerror', (error) => reject(new Error(`the page failed: ${error.stack ?? error.message}`)));
      page.on('crash', () => reject(new Error('the page crashed')));
      page.on('requestfailed', (request) => reject(new Error(`the page could not load ${request.url()}: ${request.failure()?.errorText}`)));
      page.on('response', (response) => response.status() >= 400 && reject(new Error(`${response.status()} for ${response.url()}`)));
    });
    const report = (async () => {
      await page.goto(url);
      await page.waitForFunction(() => window.report !== undefined);
      return page.evaluate(() => window.report);
    })();
    return { browser: `Chromium ${browser.version()}`, report: await Promise.race([report, failure]) };
  } finally {
    await browser.close();
  }
};
