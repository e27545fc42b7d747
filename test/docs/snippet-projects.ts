import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generate, loadContracts, writeGenerated } from "@letterpress/codegen";
import type { CodeBlock } from "./code-blocks.ts";
import { type Page, readPage, root } from "./pages.ts";

/** What snippets may use without declaring it. */
const AMBIENT = `
declare const client: import("@letterpress/client").Letterpress;
declare function handle(...things: unknown[]): Promise<void>;
declare const stopped: AbortController;
`;
const VITEST_CONFIG = "vitest.config.mjs";
const MANIFEST = "schemas/topics.yaml";

/** What a program printed, and how it ended. */
export interface ProgramRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The code of the pages, written out as projects in a temporary folder, one per page. Each has the contracts of the
 * README's quick start, or those of its own page, and the TypeScript that is generated from them.
 */
export class SnippetProjects implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async write(
    pages: readonly Page[],
    options: { /** Default true. */ readonly generate?: boolean } = {},
  ): Promise<SnippetProjects> {
    const projects = new SnippetProjects(await mkdtemp(join(tmpdir(), "letterpress-docs-")));
    await projects.#writeShared();
    const quickStart = readPage("README.md").blocks.filter(({ file }) => file?.startsWith("schemas/"));
    for (const page of pages) {
      await projects.#writePage(page, quickStart);
      if (options.generate !== false) await projects.#generate(page);
    }
    return projects;
  }

  /** The folder of a page's project. */
  of(page: Page): string {
    return join(this.folder, page.path.replaceAll(/[/.]/g, "-"));
  }

  /** Where a block of a page stands, if it is a file of the project. */
  fileOf(page: Page, block: CodeBlock): string | undefined {
    if (block.words.includes("fragment")) return undefined;
    if (block.file !== undefined) return join(this.of(page), block.file);
    return block.language === "ts" ? join(this.of(page), `src/line-${block.line}.ts`) : undefined;
  }

  /** What the compiler has to say of the snippets, under the repository's own settings, line by line. */
  async typeCheck(): Promise<string[]> {
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await run([compiler, "-p", this.folder], this.folder);
    // The product's own sources are checked elsewhere; indented lines go on with the error above them.
    return stdout.split(/\n(?! )/).filter((error) => error !== "" && !error.startsWith("../"));
  }

  /** Runs a block as a program, or as a test file, with the default addresses replaced by those of a server. */
  async run(page: Page, block: CodeBlock, server: { kafka: string; registry: string }): Promise<ProgramRun> {
    const file = this.fileOf(page, block)!;
    const text = await readFile(file, "utf8");
    const here = text.replaceAll("http://127.0.0.1:8081", server.registry);
    await writeFile(file, here.replaceAll("127.0.0.1:9092", server.kafka));
    if (file.endsWith(".test.ts")) {
      const vitest = join(root, "node_modules/vitest/vitest.mjs");
      return run(
        [vitest, "run", "--root", this.of(page), "--config", join(this.folder, VITEST_CONFIG)],
        this.of(page),
      );
    }
    // The warning is about kafkajs's timers.
    const flags = ["--conditions=@letterpress/source", "--disable-warning=TimeoutNegativeWarning"];
    return run([...flags, file], this.of(page));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #writeShared(): Promise<void> {
    await symlink(join(root, "node_modules"), join(this.folder, "node_modules"));
    await this.#put("package.json", JSON.stringify({ private: true, type: "module" }));
    await this.#put("ambient.d.ts", AMBIENT);
    const resolve = { conditions: ["@letterpress/source", "node", "import", "default"] };
    await this.#put(VITEST_CONFIG, `export default ${JSON.stringify({ resolve, ssr: { resolve } })};`);
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, moduleDetection: "force" };
    const settings = {
      extends: join(root, "tsconfig.json"),
      compilerOptions,
      include: ["**/*.ts"],
      exclude: [],
    };
    await this.#put("tsconfig.json", JSON.stringify(settings));
  }

  async #writePage(page: Page, quickStart: readonly CodeBlock[]): Promise<void> {
    const project = this.of(page);
    const files = new Map<string, string>();
    for (const { file, text } of quickStart) files.set(join(project, file!), text);
    for (const block of page.blocks) {
      const file = this.fileOf(page, block);
      if (file !== undefined) files.set(file, block.text);
    }
    for (const [file, text] of files) await this.#put(file.slice(this.folder.length + 1), text);
  }

  async #generate(page: Page): Promise<void> {
    const contracts = await loadContracts(join(this.of(page), MANIFEST));
    await writeGenerated(contracts.generate.out, generate(contracts));
  }

  async #put(path: string, text: string): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

async function run(args: readonly string[], cwd: string): Promise<ProgramRun> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
