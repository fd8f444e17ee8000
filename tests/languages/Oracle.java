// Asks the JDK what a regular expression or a date pattern means. Reads questions and writes answers, one a line: fields
// between tabs, percent-encoded; an answer that begins with ! is an exception. It runs as `java Oracle.java`.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParsePosition;
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Oracle {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, false, "US-ASCII");
        String line;
        while ((line = in.readLine()) != null) {
            String[] given = line.split("\t", -1);
            for (int i = 0; i < given.length; i++) {
                given[i] = URLDecoder.decode(given[i], StandardCharsets.UTF_8);
            }
            String answer;
            try {
                answer = answer(given);
            } catch (Throwable fault) {
                answer = "!" + fault.getClass().getSimpleName();
            }
            out.print(answer + "\n");
            out.flush();
        }
    }

    private static String answer(String[] given) throws Exception {
        switch (given[0]) {
            case "version":
                return String.valueOf(Runtime.version().feature());
            case "regex":
                return regex(given[1], given[2], given[3]);
            case "class":
                return members(given[1], Integer.parseInt(given[2]));
            case "simple":
                return simple(given[1], given[2], given[3], given[4], given[5]);
            case "formatter":
                return formatter(given[1], given[2], given[3], given[4], given[5]);
            default:
                throw new IllegalArgumentException(given[0]);
        }
    }

    // whether it matches, whether it finds, all replaced, the first replaced, cut with every piece, cut, cut in two
    private static String regex(String regex, String text, String replacement) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        List<String> told = new ArrayList<>();
        told.add(String.valueOf(matcher.matches()));
        told.add(String.valueOf(matcher.reset().find()));
        String all;
        String first;
        try {
            all = "=" + text.replaceAll(regex, replacement);
            first = "=" + text.replaceFirst(regex, replacement);
        } catch (IllegalArgumentException | IndexOutOfBoundsException fault) {
            all = first = "!";
        }
        told.add(all);
        told.add(first);
        told.add(joined(text.split(regex, -1)));
        told.add(joined(text.split(regex)));
        told.add(joined(text.split(regex, 2)));
        return encoded(told);
    }

    // the characters below `end` that a pattern matches, as runs `first-last` of hexadecimal numbers
    private static String members(String regex, int end) {
        Matcher matcher = Pattern.compile(regex).matcher("");
        StringBuilder told = new StringBuilder();
        int start = -1;
        for (int code = 0; code <= end; code++) {
            boolean in = code < end && !(0xD800 <= code && code < 0xE000)
                && matcher.reset(Character.toString(code)).matches();
            if (in && start < 0) {
                start = code;
            } else if (!in && start >= 0) {
                told.append(Integer.toHexString(start)).append('-').append(Integer.toHexString(code - 1)).append(' ');
                start = -1;
            }
        }
        return encoded(List.of(told.toString().strip()));
    }

    // `value` is milliseconds to write, or a text to read
    private static String simple(String pattern, String locale, String zone, String how, String value) {
        SimpleDateFormat format = new SimpleDateFormat(pattern, Locale.forLanguageTag(locale));
        format.setTimeZone(TimeZone.getTimeZone(zone));
        if (how.equals("format")) {
            return encoded(List.of(format.format(new Date(Long.parseLong(value)))));
        }
        format.setLenient(how.equals("lenient"));
        ParsePosition position = new ParsePosition(0);
        Date read = format.parse(value, position);
        if (read == null) {
            throw new IllegalArgumentException();
        }
        return encoded(List.of(String.valueOf(read.getTime()), String.valueOf(position.getIndex())));
    }

    // `value` is a moment such as 2024-01-02T03:04:05.678Z to write, or a text to read
    private static String formatter(String pattern, String locale, String zone, String how, String value) {
        DateTimeFormatter format = DateTimeFormatter.ofPattern(pattern, Locale.forLanguageTag(locale));
        ZoneId place = ZoneId.of(zone);
        if (how.equals("format")) {
            return encoded(List.of(format.format(Instant.parse(value).atZone(place))));
        }
        TemporalAccessor read = format.withResolverStyle(ResolverStyle.valueOf(how)).parse(value);
        LocalDate date = read.query(TemporalQueries.localDate());
        LocalTime time = read.query(TemporalQueries.localTime());
        ZoneId told = read.query(TemporalQueries.zone());
        LocalDateTime both =
            (date == null ? LocalDate.EPOCH : date).atTime(time == null ? LocalTime.MIDNIGHT : time);
        return encoded(List.of(both.atZone(told == null ? place : told).toInstant().toString()));
    }

    private static String joined(String[] pieces) {
        return String.join("\u0000", pieces);
    }

    private static String encoded(List<String> fields) {
        List<String> made = new ArrayList<>();
        for (String field : fields) {
            made.add(URLEncoder.encode(field, StandardCharsets.UTF_8));
        }
        return String.join("\t", made);
    }
}
