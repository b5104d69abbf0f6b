// Reads QR symbols (PNG bytes or SVG text, JSON lines) with npm's jsqr; SVG is drawn by resvg. Argument: the folder of node_modules.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.argv[2] + '/x');
const jsqr = require('jsqr');
const { PNG } = require('pngjs');
const { Resvg } = require('@resvg/resvg-js');

for await (const line of createInterface({ input: process.stdin })) {
  const { png, svg } = JSON.parse(line);
  const bytes = png ? Buffer.from(png) : new Resvg(svg, { fitTo: { mode: 'width', value: 400 } }).render().asPng();
  const image = PNG.sync.read(Buffer.from(bytes));
  const found = (jsqr.default ?? jsqr)(new Uint8ClampedArray(image.data), image.width, image.height);
  console.log(found ? found.data : 'nothing found');
}
