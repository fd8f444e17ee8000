"""The platforms that templates talk to, a module for each: ``salesforce.py`` plays ``datasource.read.salesforce`` and
``datasource.write.salesforce``; where the step's name is another word, the module is named like the step, with ``_`` for
its dots.

Such a module has these functions:

* ``start()`` gives the emulator, a context manager;
* ``values(emulator, step)`` gives what is to be filled in for a step, by the parameters' names in a flow;
* ``put(emulator, uids)`` puts people with these UIDs where a reader finds them, "Łódź" among their values (only where there
  is an ``-in`` template);
* ``arrived(emulator)`` gives what writers brought, by a name for each piece (only where there is an ``-out`` template).
"""

from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec


def _module(kind):
    return kind.replace(".", "_")


class Ends:
    """Start platforms when a template needs them."""

    def __init__(self):
        self._stack, self._running = ExitStack(), {}

    def knows(self, kind):
        return _module(kind).isidentifier() and find_spec(f"{__name__}.{_module(kind)}") is not None

    def of(self, kind):
        module = import_module(f"{__name__}.{_module(kind)}")
        if kind not in self._running:
            self._running[kind] = self._stack.enter_context(module.start())
        return module, self._running[kind]

    def use(self, kind, emulator):
        """Start an emulator of one's own in the place of what the platform's module would start."""
        self._running[kind] = self._stack.enter_context(emulator)

    def kinds(self, flow):
        """Name the platforms of a flow."""
        kinds = [step.type.removeprefix("datasource.").partition(".")[2] for step in flow.steps]
        return [kind for kind in dict.fromkeys(kinds) if self.knows(kind)]

    def close(self):
        self._stack.close()
