// Renditions by sharp, one for each line on standard input: a format, a width, a quality and where it goes. A line that begins
// with "ssim" names two files and is answered with how alike they look, from 0 to 1.
const { readFileSync, writeFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const sharp = require("sharp");

sharp.concurrency(1);
sharp.cache(false);
const original = readFileSync(process.argv[2]);

async function make(format, width, quality) {
  const scaled = sharp(original).resize(Number(width));
  if (format === "png") return scaled.png().toBuffer();
  if (format === "jpg") return scaled.jpeg({ quality }).toBuffer();
  if (format === "webp") return scaled.webp({ quality }).toBuffer();
  return scaled.avif({ quality, effort: 4 }).toBuffer();
}

const brightness = (file) => sharp(file).removeAlpha().greyscale().raw().toBuffer({ resolveWithObject: true });

// The mean over windows of 8 pixels square, each 4 from the next (Wang and others, 2004).
async function likeness(one, other) {
  const [a, b] = [await brightness(one), await brightness(other)];
  const { width, height } = a.info;
  if (b.info.width !== width || b.info.height !== height) throw new Error("two sizes");
  const [c1, c2, side] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2, 8];
  let [sum, count] = [0, 0];
  for (let top = 0; top + side <= height; top += 4) {
    for (let left = 0; left + side <= width; left += 4) {
      let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
      for (let row = top; row < top + side; row++) {
        for (let at = row * width + left; at < row * width + left + side; at++) {
          const [p, q] = [a.data[at], b.data[at]];
          x += p; y += q; xx += p * p; yy += q * q; xy += p * q;
        }
      }
      const n = side * side;
      const [mx, my] = [x / n, y / n];
      const [vx, vy, cov] = [xx / n - mx * mx, yy / n - my * my, xy / n - mx * my];
      sum += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
      count += 1;
    }
  }
  return sum / count;
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const words = line.split(" ");
    if (words[0] === "ssim") {
      console.log(await likeness(words[1], words[2]));
      continue;
    }
    const made = await make(words[0], words[1], Number(words[2]));
    writeFileSync(words[3], made);
    console.log(made.length);
  }
})();
