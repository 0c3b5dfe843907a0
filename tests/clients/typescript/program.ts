// Typical first steps of a front end, in strict TypeScript with the types that openapi-typescript generates.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Block = components["schemas"]["Block"];

function env(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

// Compiles only if `type` distinguishes all blocks, and if no type is missing.
function describe(block: Block): string {
  switch (block.type) {
    case "paragraph":
      return block.text;
    case "heading":
      return `${block.level} ${block.text}`;
    case "list":
      return block.items.map((item) => item.text).join(", ");
    case "quote":
      return block.text;
    case "code":
      return block.code;
    case "table":
      return String(block.rows.length);
    case "image":
      return block.image.srcset.jpeg;
    case "embed":
      return block.provider;
    case "ad":
      return block.placement;
    case "rule":
      return "";
    case "html":
      return block.html;
    case "footnotes":
      return String(block.items.length);
    default: {
      const none: never = block;
      return none;
    }
  }
}

const client = createClient<paths>({ baseUrl: env("API") });
const tokens = await client.POST("/api/v1/auth/login", { body: { email: env("EMAIL"), password: env("PASSWORD") } });
if (tokens.data === undefined) throw new Error(JSON.stringify(tokens.error));
const headers = { Authorization: `Bearer ${tokens.data.access_token}` };

const bare = await client.POST("/api/v1/articles", { body: { title: "A title alone" }, headers });
if (bare.data === undefined) throw new Error(bare.error.detail);
const markdown = "# Steps\n\nOne *word*.\n\n- one\n- two\n\n---\n";
const made = await client.POST("/api/v1/articles", { params: { query: { publish: true } }, body: { title: "With blocks", body: { markdown } }, headers });
if (made.data === undefined) throw new Error(made.error.detail);
const named = await client.PATCH("/api/v1/site", { body: { name: "The Clients' Gazette" }, headers });
if (named.data === undefined) throw new Error(named.error.detail);

const list = await client.GET("/api/v1/articles", { params: { query: { limit: 3 } } });
if (list.data === undefined) throw new Error(list.error.detail);
const titles = list.data.data.map((item) => item.title);
if (titles[0] !== "With blocks") throw new Error(`the list has ${titles.join()}`);

const read = await client.GET("/api/v1/articles/{article}", { params: { path: { article: made.data.id } } });
if (read.data === undefined) throw new Error(read.error.detail);
// A response to a request with `fields` may lack members, so a type for both has optional ones.
const blocks: Block[] | undefined = read.data.body?.blocks;
if (blocks === undefined) throw new Error("the article has no blocks");
if (blocks.map(describe).join("; ") !== "1 Steps; One word.; one, two; ") throw new Error(JSON.stringify(blocks));
console.log(`TypeScript: ${titles.length} article listed, ${blocks.length} blocks distinguished`);
