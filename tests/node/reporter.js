// What `node --test` says: every test that failed, with its place and its reason, and then how many passed.

export default async function* report(events) {
  const passed = [];
  for await (const { type, data } of events) {
    if (type === "test:pass") passed.push(data.name);
    if (type === "test:stderr" || type === "test:stdout") yield data.message;
    if (type !== "test:fail") continue;
    const { error } = data.details;
    const stack = String(error.cause?.stack ?? error.cause ?? error.message).split("\n");
    const reason = stack.filter((line) => !/^ +at .*\(?node:/.test(line)).join("\n");
    yield `FAILED ${data.file}:${data.line} ${data.name}\n${reason}\n\n`;
  }
  yield `passed: ${passed.length}\n`;
}
