// Bundles editor.js and its style into the folder of the pages' scripts. Pictures become part of the style sheet.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The table of results writes a style element for the grips of its columns, which the policy of the pages forbids;
// a style sheet made by the script says the same and is allowed.
const grips = {
  name: "grips",
  setup(building) {
    building.onLoad({ filter: /yasgui\.esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const made = /var o = document\.createElement\("style"\);\s*o\.type = "text\/css", o\.gripid = r, [^;]*?e\.appendChild\(o\);/;
      if (!made.test(text)) { throw new Error(`The style element of the grips is not where it was in ${path}.`); }
      const contents = text.replace(made, "var o = new CSSStyleSheet(); o.replaceSync(n); document.adoptedStyleSheets = [...document.adoptedStyleSheets, o];");
      return { contents, loader: "js" };
    });
  },
};

await build({
  entryPoints: [here("editor.js")],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  loader: { ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl", ".png": "dataurl" },
  outfile: here("../aiopkg/web/static/editor.js"),
  plugins: [grips],
  logLevel: "info",
});

// What is bundled is the work of others: their licences go with it.
const notBundled = /^(esbuild|@esbuild\/.*|@types\/.*)$/;
const modules = here("node_modules");
const names = [];
for (const name of (await readdir(modules)).sort()) {
  if (name.startsWith("@")) {
    names.push(...(await readdir(`${modules}/${name}`)).sort().map((inner) => `${name}/${inner}`));
  } else if (!name.startsWith(".")) { names.push(name); }
}
const parts = [];
for (const name of names.filter((each) => !notBundled.test(each))) {
  const said = JSON.parse(await readFile(`${modules}/${name}/package.json`, "utf8"));
  const file = (await readdir(`${modules}/${name}`)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? await readFile(`${modules}/${name}/${file}`, "utf8") : "";
  parts.push(`${name} ${said.version}: ${said.license ?? "see its text"}\n\n${text.trim()}`);
}
await writeFile(here("../aiopkg/web/static/editor.licences.txt"), `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
