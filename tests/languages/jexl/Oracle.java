// Asks Apache Commons JEXL what an expression means: 3.1, or 2.1.1 when its argument is "2.1.1". Reads lines of JSON `[expression, record]`, writes one JSON
// answer a line: `{"value": …, "type": …}` or `{"error": …}`.
//
// oracle.py runs it (Debian's libcommons-jexl3-java, libcommons-jexl2-java and libcommons-logging-java). Its answers are
// kept in ../jexl_oracle.json, jexl_generated.json, jexl_versions.json and, asked by `text.replaceAll(…)` and its like, in
// ../java_regex_oracle.json, so that the tests need no Java.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.jexl3.JexlArithmetic;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.MapContext;

public class Oracle {
    private final String text;
    private int at;

    private Oracle(String text) {
        this.text = text;
    }

    public static void main(String[] arguments) throws Exception {
        boolean old = arguments.length > 0 && arguments[0].equals("2.1.1");
        JexlEngine engine =
            new JexlBuilder().strict(false).silent(false).arithmetic(new JexlArithmetic(false)).create();
        org.apache.commons.jexl2.JexlEngine before = new org.apache.commons.jexl2.JexlEngine();
        before.setLenient(true);
        before.setSilent(false);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        String line;
        while ((line = in.readLine()) != null) {
            List<?> question = (List<?>) new Oracle(line).value();
            @SuppressWarnings("unchecked")
            Map<String, Object> record = (Map<String, Object>) question.get(1);
            try {
                String text = (String) question.get(0);
                Object answer = old
                    ? before.createScript(text).execute(new org.apache.commons.jexl2.MapContext(record))
                    : engine.createScript(text).execute(new MapContext(record));
                StringBuilder made = new StringBuilder("{\"value\": ");
                write(answer, made);
                String type = answer == null ? "null" : answer.getClass().getSimpleName();
                out.println(made.append(", \"type\": \"").append(type).append("\"}"));
            } catch (Throwable fault) {
                out.println("{\"error\": \"" + fault.getClass().getSimpleName() + "\"}");
            }
            out.flush();
        }
    }

    private static void write(Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else if (value.getClass().isArray()) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                items.add(Array.get(value, i));
            }
            write(items, out);
        } else if (value instanceof Iterable) {
            String before = "";
            out.append('[');
            for (Object item : (Iterable<?>) value) {
                out.append(before);
                write(item, out);
                before = ", ";
            }
            out.append(']');
        } else if (value instanceof Map) {
            String before = "";
            out.append('{');
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                write(String.valueOf(entry.getKey()), out);
                out.append(": ");
                write(entry.getValue(), out);
                before = ", ";
            }
            out.append('}');
        } else {
            out.append('"');
            for (char letter : value.toString().toCharArray()) {
                boolean plain = letter >= ' ' && letter < 127 && letter != '"' && letter != '\\';
                out.append(plain ? String.valueOf(letter) : String.format("\\u%04x", (int) letter));
            }
            out.append('"');
        }
    }

    private Object value() {
        blanks();
        char letter = text.charAt(at);
        if (letter == '"') {
            return string();
        }
        if (letter == '[') {
            List<Object> items = new ArrayList<>();
            for (at++, blanks(); text.charAt(at) != ']'; blanks()) {
                items.add(value());
                comma();
            }
            at++;
            return items;
        }
        if (letter == '{') {
            Map<String, Object> entries = new LinkedHashMap<>();
            for (at++, blanks(); text.charAt(at) != '}'; blanks()) {
                String key = string();
                blanks();
                at++;
                entries.put(key, value());
                comma();
            }
            at++;
            return entries;
        }
        int start = at;
        while (at < text.length() && ",]} ".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return scalar(text.substring(start, at));
    }

    private static Object scalar(String word) {
        switch (word) {
            case "null":
                return null;
            case "true":
                return true;
            case "false":
                return false;
            case "NaN":
                return Double.NaN;
            default:
        }
        if (word.contains(".") || word.contains("e")) {
            return Double.valueOf(word);
        }
        BigInteger number = new BigInteger(word);
        if (number.bitLength() < 32) {
            return number.intValue();
        }
        return number.bitLength() < 64 ? (Object) number.longValue() : number;
    }

    private String string() {
        StringBuilder made = new StringBuilder();
        for (at++; text.charAt(at) != '"'; at++) {
            char letter = text.charAt(at);
            if (letter != '\\') {
                made.append(letter);
                continue;
            }
            letter = text.charAt(++at);
            if (letter == 'u') {
                made.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                int known = "nrtbf".indexOf(letter);
                made.append(known < 0 ? letter : "\n\r\t\b\f".charAt(known));
            }
        }
        at++;
        return made.toString();
    }

    private void comma() {
        blanks();
        if (text.charAt(at) == ',') {
            at++;
            blanks();
        }
    }

    private void blanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }
}
