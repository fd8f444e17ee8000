"""Date patterns of ``java.text.SimpleDateFormat``: English names, and weeks from Sunday on as in Java's US locale."""

from identitysync.languages.java_dates.pattern import DatePattern, compile_pattern, warnings

__all__ = ["DatePattern", "compile_pattern", "warnings"]
