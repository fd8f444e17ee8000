"""How platforms' writers stand load: a module for each platform, and two judges, ``busy`` and ``load``.

Such a module, named like the step (``salesforce``), has

* ``emulator(**options)``: the emulator, not started; ``options`` are ``latency`` and ``faults`` of the emulator, and
  ``refuse``, a regular expression: records whose e-mail address it finds are refused by the platform;
* ``record(number)``: the record of that number as it enters the writer, its e-mail address (or key) from ``address(number)``;
* ``params(emulator)``: the writer's parameters;
* ``arrived(emulator)``: how many different records the platform holds;
* ``CALLS``: what the ideal is made of: (records of one call, calls under way at once), as allowed by the parameters above.

Where the writer takes files, ``steps(params)`` gives the flow's steps from ``parse`` to ``write``, ``refusals(job)`` tells
how many records the platform refused after the run had sent them, and there is no ``CALLS``, hence no judge ``busy``.
"""


def address(number: int) -> str:
    """Give the e-mail address of a record; those of one in a hundred end in ``@refused.example``."""
    return f"person{number}@{'refused' if number % 100 == 7 else 'people'}.example"
