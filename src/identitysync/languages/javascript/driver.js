// What stands between a flow's script and the outside. It runs before the script, in the same engine, and gives back
// one function, which the child process calls and the script never sees. A script gets `Record`, `console` and the
// arguments of its `process`. What it does to builtins later does not reach those that are kept here; one that puts
// others in the place of methods of arrays and texts spoils its own answers, which are judged outside.
(function () {
  "use strict";
  const { parse, stringify, rawJSON } = JSON;
  const { getPrototypeOf, keys } = Object;
  const { isArray } = Array;
  const plainObject = Object.prototype, evaluate = eval;
  const has = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
  const now = Date.now, text = String, number = Number, big = BigInt;
  const SAFE = Number.MAX_SAFE_INTEGER; // what is larger is a float there, unless it is a BigInt here
  const DIGITS = 4000; // Python reads a few hundred more
  const SLICE = 200; // milliseconds of work after which the clock of a single record starts anew
  const FULL = 4e6; // letters of outcomes that are handed over before more is done
  const LINES = 1000, LETTERS = 10000; // what one record may write into the trace
  const NO_DATA = [Map, Set, WeakMap, WeakSet, RegExp, Promise, Error, ArrayBuffer, DataView, getPrototypeOf(Int8Array)];

  // An integer beyond 2^53 is a BigInt here, and goes out with all its digits.
  BigInt.prototype.toJSON = function () {
    const digits = this.toString();
    if (digits.length > DIGITS) throw new RangeError(`an integer of ${digits.length} digits, which no record can hold`);
    return rawJSON(digits);
  };

  // ---- the older API: records and fields ----
  const contents = new WeakMap();
  const isObject = (value) => typeof value === "object" && value !== null && !isArray(value);
  const bare = (value) => (value instanceof Record ? contents.get(value) : value);
  function wrap(data) {
    const record = new Record();
    contents.set(record, data);
    return record;
  }

  class Field {
    #owner; #name;
    constructor(owner, name) { this.#owner = owner; this.#name = name; }
    getName() { return this.#name; }
    isArray() { return isArray(this.#owner[this.#name]); }
    getValues() { const value = this.#owner[this.#name]; return isArray(value) ? value : [value]; }
    getValue() { return this.getValues()[0] ?? null; }
    getValueAsRecord() { const value = this.getValue(); return isObject(value) ? wrap(value) : null; }
    setValue(value) { this.#owner[this.#name] = bare(value); }
    addValue(value) { this.#owner[this.#name] = [...this.getValues(), bare(value)]; }
  }

  class Record {
    constructor() { contents.set(this, {}); }
    containsField(name) { return has(contents.get(this), name); }
    getField(name) { return this.containsField(name) ? new Field(contents.get(this), name) : null; }
    getFieldNames() { return keys(contents.get(this)); }
    removeField(name) { delete contents.get(this)[name]; }
    addField(name, value, several = false) {
      const owner = contents.get(this);
      owner[name] = !several || isArray(value) ? bare(value) : value == null ? [] : [bare(value)];
      return new Field(owner, name);
    }
    toJSON() { return contents.get(this); }
  }

  // ---- out: a record as JSON, and beside it the numbers that JSON cannot say as what they are ----
  const place = (path) => (path.length ? `the field ${path.join(".")}` : "what came out");

  function survey(value, path, found) {
    const kind = getPrototypeOf(value);
    if (kind !== plainObject && !isArray(value)) {
      if (value instanceof Record) return survey(contents.get(value), path, found);
      if (NO_DATA.some((each) => value instanceof each))
        throw new TypeError(`${place(path)} is a ${kind.constructor.name}, which no record can hold`);
      if (typeof value.toJSON === "function") return; // such as a Date
    }
    for (const key in value) {
      const child = value[key];
      const type = typeof child;
      if (type === "string" || child === null) continue;
      if (type === "object") {
        path.push(key);
        survey(child, path, found);
        path.pop();
      } else if (type === "number") {
        if (child > 0 ? child <= SAFE : child < 0 ? child >= -SAFE : 1 / child > 0) continue;
        found.push([[...path, key], child === 0 ? "-0" : text(child)]);
      } else if ((type === "function" || type === "symbol") && has(value, key)) {
        throw new TypeError(`${place([...path, key])} is a ${type}, which no record can hold`);
      }
    }
  }

  function seal(value, giver) {
    if (!isObject(value)) {
      const found = isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
      throw new TypeError(`${giver} ${found}, where a record is due`);
    }
    const found = [];
    survey(value, [], found);
    const made = stringify(value); // its own toJSON may give anything, as that of a Date gives a text
    if (made === undefined || made[0] !== "{")
      throw new TypeError(`${giver} what JSON writes as ${made}, where a record is due`);
    return `${made},${found.length ? stringify(found) : "[]"}`;
  }

  // ---- what a script says of one record ----
  let current = null, said = [], gave = [], accepted = new Set();

  const words = (value) => (typeof value === "object" && !(value instanceof Error) ? stringify(value) : text(value));
  function tell(level, values) {
    if (said.length > LINES) return;
    const line = said.length === LINES ? "… and more, which is left out" : values.map(words).join(" ").slice(0, LETTERS);
    said.push(`["${level}",${stringify(line)}]`);
  }
  const logger = {}, console = {};
  const levels = { log: "info", info: "info", warn: "info", error: "error", debug: "debug", trace: "debug" };
  for (const word of keys(levels)) logger[word] = console[word] = (...values) => tell(levels[word], values);

  const next = {
    accept(record) {
      gave.push(`["next",${seal(record, "next.accept was given")}]`);
      accepted.add(record);
    },
  };
  const error = {
    accept(record, original = null) {
      const sealed = seal(record, "error.accept was given");
      const before = original === null || original === current ? "" : `,${seal(original, "error.accept was given")}`;
      gave.push(`["error",${sealed}${before}]`);
    },
  };

  const shared = new Map();
  const ctx = {
    getSharedVariable(name) { return shared.has(name) ? shared.get(name) : null; },
    setSharedVariable(name, value) { shared.set(name, value); },
  };

  // ---- the script's process, and the order in which it wants its arguments ----
  const services = { ctx, context: ctx, logger, log: logger, next, error };
  const ORDER = ["record", "ctx", "logger", "next", "error"], OLDER = ["record", "next", "ctx", "logger"];
  let process = null, rest = [], older = false;

  function parameters(code) {
    const head = code.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const list = /^(?:async\s+)?(?:function[\s*]*[\w$]*\s*|process\s*)?\(([^)]*)/.exec(head);
    if (list === null) return [];
    return list[1].replace(/\{[^{}]*\}|\[[^[\]]*\]/g, "_").split(",").map((each) => each.split("=")[0].trim());
  }

  function start() {
    process = evaluate("typeof process === 'function' ? process : null");
    if (process === null) throw new TypeError("the script defines no function named process");
    const names = parameters(text(process));
    older = names[1] === "next";
    const usual = older ? OLDER : ORDER;
    rest = usual.slice(1).map((name, at) => services[has(services, names[at + 1] ?? "") ? names[at + 1] : name]);
  }

  // ---- one record after the other ----
  let waiting = [], at = 0, done = [], size = 0, busy = false;

  function close(failed) { // a record that fails has given nothing
    const outcome = `[[${said.join(",")}],[${failed ? "" : gave.join(",")}],${failed || "null"}]`;
    done[done.length] = outcome; // no call stands between these lines, so that no interruption does
    size += outcome.length;
    waiting[at] = null;
    at += 1;
    busy = false;
  }

  function one(record) {
    busy = true;
    said = [];
    gave = [];
    accepted = new Set();
    try {
      current = older && record !== null ? wrap(record) : record;
      const result = process(current, ...rest);
      if (result !== null && result !== undefined && !(older && accepted.has(result)))
        gave.push(`["next",${seal(result, "process returned")}]`);
    } catch (fault) {
      const known = fault instanceof Error;
      const reason = known ? `${fault.name}: ${fault.message}` : fault === "" ? "an empty text was thrown" : words(fault);
      return close(stringify([text(reason).slice(0, LETTERS), known ? text(fault.stack) : ""]));
    }
    close("");
  }

  function restore(record, path, digits) {
    const owner = path.slice(0, -1).reduce((value, key) => value[key], record);
    owner[path[path.length - 1]] = /^-?\d+$/.test(digits) ? big(digits) : number(digits);
  }

  const verbs = {
    start,
    begin(batch) {
      const { records, numbers } = parse(batch);
      for (const [index, path, digits] of numbers) restore(records[index], path, digits);
      [waiting, at, done, size] = [records, 0, [], 0];
    },
    go() { // gives whether there is more to do
      const stop = now() + SLICE;
      while (at < waiting.length && size < FULL && now() <= stop) one(waiting[at]);
      return at < waiting.length;
    },
    fail(reason) { if (busy) close(stringify([reason, ""])); }, // else it was interrupted between two records
    count: () => at,
    take() { // joined in any case, for a long text that was added up is no plain string yet
      const outcomes = [...done, ""].join(",");
      [done, size] = [[], 0];
      return outcomes;
    },
  };

  globalThis.Record = Record;
  globalThis.console = console;
  return (verb, argument) => verbs[verb](argument);
})()
