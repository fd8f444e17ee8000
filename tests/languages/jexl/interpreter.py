"""A plain interpreter of JEXL's tree: node by node, as simply as can be. The compiler is held to it."""

from identitysync.languages.jexl import arithmetic, comparison, fields, mathematics, methods
from identitysync.languages.jexl.coercion import BadPattern, Failure, NotNumeric, to_int, truth
from identitysync.languages.jexl.tree import (
    Array,
    Assign,
    Binary,
    Block,
    Call,
    Choice,
    ForEach,
    If,
    Invoke,
    Jump,
    Lambda,
    Literal,
    Local,
    Loop,
    Map,
    Member,
    Name,
    Program,
    Range,
    Return,
    Static,
    Template,
    Unary,
)  # fmt: skip
from identitysync.languages.jexl.variables import copied, put_member, put_path, template

OPERATORS = {
    "+": arithmetic.add, "-": arithmetic.subtract, "*": arithmetic.multiply, "/": arithmetic.divide, "%": arithmetic.remainder,
    "&": arithmetic.bit_and, "|": arithmetic.bit_or, "^": arithmetic.bit_xor, "<<": arithmetic.shift_left,
    ">>": arithmetic.shift_right, ">>>": arithmetic.shift_right_unsigned, "==": comparison.equal, "<": comparison.less,
    "<=": comparison.less_equal, ">": comparison.greater, ">=": comparison.greater_equal, "=~": comparison.matches,
    "=^": comparison.starts, "=$": comparison.ends,
}  # fmt: skip
NEGATED = {"!=": "==", "!~": "=~", "!^": "=^", "!$": "=$"}
STEPS = 3000


class Jumped(Exception):
    """``break`` or ``continue``."""


class Returned(Exception):
    """``return value``."""


class Function:
    """A function and the values that it took from around it."""

    def __init__(self, node):
        self.node, self.taken = node, {}


class Interpreter:
    """One evaluation."""

    def __init__(self, record):
        self.record = copied(record)
        self.steps = 0

    def run(self, tree):
        """Evaluate a whole expression."""
        if not isinstance(tree, Program):
            return self.value(tree, {})
        variables = dict.fromkeys(range(tree.slots))
        try:
            return self.statement(tree.body, variables)
        except Returned as done:
            return done.args[0]

    def step(self):
        self.steps += 1
        if self.steps > STEPS:
            raise TimeoutError

    def statement(self, node, variables):
        """Do a statement, and give its value."""
        match node:
            case Block(statements):
                last = None
                for each in statements:
                    last = self.statement(each, variables)
                return last
            case If(condition, yes, no):
                return self.statement(yes if truth(self.value(condition, variables)) else no, variables)
            case ForEach(variable, items, body):
                return self.rounds(body, variables, self.each(variable, items, variables))
            case Loop():
                return self.rounds(node.body, variables, self.again(node, variables))
            case Return(value):
                raise Returned(self.value(value, variables))
            case Jump(word):
                raise Jumped(word)
        return self.value(node, variables)

    def each(self, variable, items, variables):
        found = self.value(items, variables)
        for item in list(found.values()) if isinstance(found, dict) else list(found) if isinstance(found, list) else []:
            if isinstance(variable, Local):
                variables[variable.slot] = item
            else:
                self.record[variable.parts[0]] = item
            yield

    def again(self, node, variables):
        if not node.late and not truth(self.value(node.condition, variables)):
            return
        while True:
            yield
            self.statement(node.step, variables)
            if not truth(self.value(node.condition, variables)):
                return

    def rounds(self, body, variables, rounds):
        last = None
        for _ in rounds:
            self.step()
            try:
                last = self.statement(body, variables)
            except Jumped as jump:
                if jump.args[0] == "break":
                    break
        return last

    def value(self, node, variables):
        """Give the value of an expression."""
        at = node.offset

        def value(one):
            return self.value(one, variables)

        match node:
            case Literal(constant):
                return constant
            case Local(slot):
                return variables[slot]
            case Name(parts):
                return self.name(parts)
            case Unary(sign, operand):
                return self.unary(sign, operand, variables, at)
            case Choice(condition, yes, no):
                return value(yes) if truth(value(condition)) else value(no)
            case Binary("&&", left, right):
                return truth(value(left)) and truth(value(right))
            case Binary("||", left, right):
                return truth(value(left)) or truth(value(right))
            case Binary("?:", left, right):
                first = value(left)
                return first if truth(first) else value(right)
            case Binary("??", left, right):
                first = value(left)
                return value(right) if first is None else first
            case Binary(sign, left, right) if sign in NEGATED:
                return not OPERATORS[NEGATED[sign]](value(left), value(right), at)
            case Binary(sign, left, right):
                return OPERATORS[sign](value(left), value(right), at)
            case Member(owner, key):
                return fields.member(value(owner), value(key))
            case Call(owner, method, arguments):
                held = value(owner)
                return methods.call(held, (method, len(arguments)), tuple(map(value, arguments)), at)
            case Static(name, arguments):
                return mathematics.call(name, tuple(map(value, arguments)), at)
            case Array(items, _, unique):
                made = [value(each) for each in items]
                return methods.distinct(made) if unique else made
            case Map(pairs):
                return methods.mapping([(value(key), value(item)) for key, item in pairs])
            case Template(parts):
                return template(tuple(map(value, parts)), at)
            case Range(first, last):
                begin, end = to_int(value(first), at), to_int(value(last), at)
                return list(range(begin, end + 1)) if begin <= end else list(range(begin, end - 1, -1))
            case Assign():
                return self.assign(node, variables)
            case Lambda():
                made = Function(node)
                made.taken = {own: variables[around] for own, around in node.captured}
                return made
            case Invoke(function, arguments):
                called = value(function)
                return self.invoke(called, [value(each) for each in arguments])
        raise NotImplementedError(node)

    def name(self, parts):
        return (
            fields.under(self.record, parts[0]) if len(parts) == 1 else fields.walk(self.record, parts, ".".join(parts))
        )

    def unary(self, sign, operand, variables, at):
        try:
            value = self.value(operand, variables)
        except (NotNumeric, BadPattern):
            raise
        except Failure:
            if sign not in {"empty", "size"}:
                raise
            value = None
        match sign:
            case "!":
                return not truth(value)
            case "-":
                return arithmetic.negate(value, at)
            case "~":
                return arithmetic.bit_not(value, at)
        return comparison.empty(value) if "empty" in sign else comparison.size(value)

    def invoke(self, function, given):
        if not isinstance(function, Function):
            return None
        self.step()
        node = function.node
        variables = dict.fromkeys(range(node.slots)) | function.taken
        for slot in range(node.parameters):
            variables[slot] = given[slot] if slot < len(given) else None
        try:
            return self.statement(node.body, variables)
        except Returned as done:
            return done.args[0]

    def assign(self, node, variables):
        target = node.target
        if isinstance(target, Member):
            owner, key = self.value(target.owner, variables), self.value(target.key, variables)
            before = fields.member(owner, key)
        else:
            before = self.value(target, variables) if node.sign else None
        value = self.value(node.value, variables)
        if node.sign:
            value = OPERATORS[node.sign](before, value, node.offset)
        match target:
            case Local(slot):
                variables[slot] = value
                if isinstance(value, Function) and isinstance(node.value, Lambda):
                    value.taken |= {own: value for own, around in node.value.captured if around == slot}
            case Name((only,)):
                self.record[only] = value
            case Name(parts):
                put_path(self.record, parts, ".".join(parts), value, node.offset)
            case _:
                value = put_member(owner, key, value, node.offset)
        return before if node.old else value
