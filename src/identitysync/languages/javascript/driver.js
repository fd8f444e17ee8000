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
  const RECORD = "Record"; // a mark of what JSON cannot say, as the numbers are: 12n, 1e300, -0
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

  function survey(value, path, found, whole = false) { // what is whole tells of Records and of BigInts, too
    const kind = getPrototypeOf(value);
    if (kind !== plainObject && !isArray(value)) {
      if (value instanceof Record) {
        if (whole) found.push([[...path], RECORD]);
        return survey(contents.get(value), path, found, whole);
      }
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
        survey(child, path, found, whole);
        path.pop();
      } else if (type === "number") {
        if (child > 0 ? child <= SAFE : child < 0 ? child >= -SAFE : 1 / child > 0) continue;
        found.push([[...path, key], child === 0 ? "-0" : text(child)]);
      } else if (type === "bigint") {
        if (whole) found.push([[...path, key], `${child}n`]);
      } else if ((type === "function" || type === "symbol") && has(value, key)) {
        throw new TypeError(`${place([...path, key])} is a ${type}, which no record can hold`);
      }
    }
  }

  function restore(record, path, mark) {
    const owner = path.slice(0, -1).reduce((value, key) => value[key], record), key = path[path.length - 1];
    if (mark === RECORD) owner[key] = wrap(owner[key]);
    else owner[key] = mark[mark.length - 1] === "n" ? big(mark.slice(0, -1)) : number(mark);
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

  // ---- shared variables: what another step of the run has set is JSON until it is asked for here ----
  class Foreign { constructor(json) { this.json = json; } }
  const shared = new Map(), known = new Map(); // known: the JSON of objects and arrays, as all others have it
  let changing = null; // names of what may have changed since the others heard of it; null where there are no others
  let asked = [], turn = 0, news = [];

  const ctx = {
    getSharedVariable(name) {
      const key = text(name), value = shared.get(key);
      if (value instanceof Foreign) return settle(key, value.json);
      return value === undefined && !shared.has(key) ? null : value;
    },
    setSharedVariable(name, value) {
      const key = text(name);
      if (changing !== null) changing.add(key);
      shared.set(key, value);
    },
  };

  function settle(name, json) { // from now on it may be changed here
    if (json[0] === "!") throw new TypeError(`the shared variable ${name} cannot leave its step: ${json.slice(1)}`);
    const [box, marks] = parse(json);
    for (const [path, mark] of marks.reverse()) restore(box, path, mark); // what is within a Record first
    const value = box[name];
    shared.set(name, value);
    if (typeof value === "object" && value !== null) {
      known.set(name, json);
      changing.add(name);
    }
    return value;
  }

  function pack(name) {
    const box = { [name]: shared.get(name) }, marks = [];
    survey(box, [], marks, true);
    return `[${stringify(box)},${stringify(marks)}]`;
  }

  function tellChanges() {
    for (; turn < asked.length; turn += 1) {
      const name = asked[turn], value = shared.get(name);
      let json;
      try {
        json = pack(name);
      } catch (fault) {
        json = `!${fault instanceof Error ? fault.message : "it cannot be written as JSON"}`;
      }
      if (typeof value !== "object" || value === null) changing.delete(name); // it changes only when it is set
      else if (known.get(name) === json) continue;
      else known.set(name, json);
      news[news.length] = [name, json];
    }
    return news.length ? stringify(news) : "";
  }

  function leave() { // the one that was interrupted, for it has methods that do not end
    changing.delete(asked[turn]);
    news[news.length] = [asked[turn], "!it takes too long to write it as JSON"];
    turn += 1;
  }

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

  const verbs = {
    start,
    begin(batch) {
      const { records, numbers } = parse(batch);
      for (const [index, path, mark] of numbers) restore(records[index], path, mark);
      [waiting, at, done, size] = [records, 0, [], 0];
    },
    go() { // gives whether there is more to do
      const stop = now() + SLICE;
      while (at < waiting.length && size < FULL && now() <= stop) one(waiting[at]);
      return at < waiting.length;
    },
    fail(reason) { if (busy) close(stringify([reason, ""])); }, // else it was interrupted between two records
    count: () => at,
    learn(told) { // what other steps have set, and that there are others
      changing ??= new Set();
      for (const [name, json] of parse(told)) {
        shared.set(name, new Foreign(json));
        known.delete(name);
        changing.delete(name);
      }
    },
    changes() {
      if (changing === null || changing.size === 0) return "";
      [asked, turn, news] = [[...changing], 0, []];
      return tellChanges();
    },
    others() {
      leave();
      return tellChanges();
    },
    none() {
      while (turn < asked.length) leave();
      return stringify(news);
    },
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
