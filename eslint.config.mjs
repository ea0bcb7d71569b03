// What is asked of the book's JavaScript beyond its layout (prettier) and its types (tsc).

import js from "@eslint/js";
import globals from "globals";

/** Spans lines: bundle.py takes indentation out of every line, which would change such a text. */
const LONG_TEXT = "TemplateElement[value.raw=/\\n/]";
/** A reader, a token or a file can put anything into a text: it never becomes HTML. */
const AS_HTML = ["innerHTML", "outerHTML", "insertAdjacentHTML", "write"].map((name) => ({
  property: name,
  message: "Text goes in as text: textContent, or element() of js/dom.js.",
}));

export default [
  { ignores: ["node_modules/", "_build/", ".venv/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-unused-expressions": "error",
      "no-shadow": "error",
      "no-control-regex": "off", // a token can hold any character
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-properties": ["error", ...AS_HTML],
    },
  },
  {
    files: ["attention/widgets/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: { "no-restricted-syntax": ["error", { selector: LONG_TEXT, message: "Write \\n: see base/bundle.py." }] },
  },
  {
    files: ["book/assets/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, Search: "readonly" } },
  },
  { files: ["tests/page/*.js"], languageOptions: { sourceType: "script", globals: globals.browser } },
  { files: ["tests/node/*.js", "*.mjs"], languageOptions: { globals: globals.nodeBuiltin } },
];
