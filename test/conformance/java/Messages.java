import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Answers questions about Apache Kafka's own classes, one line each, columns separated by tabs:
 *
 *   message CLASS VERSION HEX JSON   the bytes of JSON; the bytes read and written again; what was read, as JSON
 *   text HEX                         the bytes of the text that these bytes decode to
 *   errors                           code, name and whether it is retriable, of all
 *   apis                             key, name, lowest and highest version and the versions of its headers, of all
 *
 * What goes wrong is answered with a line that begins with "!".
 */
public class Messages {
    private record Codec(Class<?> type, Method read, Method write) {
    }

    private static final Map<String, Codec> CODECS = new HashMap<>();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HexFormat HEX = HexFormat.of();

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = answer(line.split("\t", -1));
            } catch (Throwable e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                answer = "!" + cause.toString().replaceAll("\\s+", " ");
            }
            out.write(answer);
            out.newLine();
            if (!in.ready()) out.flush();
        }
        out.flush();
    }

    private static String answer(String[] question) throws Exception {
        switch (question[0]) {
            case "message":
                return message(question[1], Short.parseShort(question[2]), HEX.parseHex(question[3]), question[4]);
            case "text":
                String text = new String(HEX.parseHex(question[1]), StandardCharsets.UTF_8);
                return HEX.formatHex(text.getBytes(StandardCharsets.UTF_8));
            case "errors":
                return errors();
            case "apis":
                return apis();
            default:
                throw new IllegalArgumentException(question[0]);
        }
    }

    private static String message(String name, short version, byte[] bytes, String json) throws Exception {
        Codec codec = CODECS.get(name);
        if (codec == null) {
            Class<?> type = Class.forName(name);
            Class<?> converter = Class.forName(name + "JsonConverter");
            codec = new Codec(type, converter.getMethod("read", JsonNode.class, short.class),
                converter.getMethod("write", type, short.class));
            CODECS.put(name, codec);
        }
        Message fromJson = (Message) codec.read.invoke(null, JSON.readTree(json), version);
        Message fromBytes = (Message) codec.type.getConstructor().newInstance();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        fromBytes.read(new ByteBufferAccessor(buffer), version);
        if (buffer.hasRemaining()) throw new IllegalArgumentException(buffer.remaining() + " bytes are left");
        JsonNode asJson = (JsonNode) codec.write.invoke(null, fromBytes, version);
        return written(fromJson, version) + "\t" + written(fromBytes, version) + "\t" + JSON.writeValueAsString(asJson);
    }

    private static String written(Message message, short version) {
        ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return HEX.formatHex(bytes);
    }

    private static String errors() {
        StringBuilder all = new StringBuilder();
        for (Errors error : Errors.values()) {
            boolean retriable = error.exception() instanceof RetriableException;
            all.append(error.code()).append(' ').append(error.name()).append(' ').append(retriable).append('\t');
        }
        return all.toString().trim();
    }

    private static String apis() {
        StringBuilder all = new StringBuilder();
        for (ApiKeys api : ApiKeys.values()) {
            if (!api.hasValidVersion()) continue;
            all.append(api.id).append(' ').append(api.name).append(' ');
            all.append(api.oldestVersion()).append(' ').append(api.latestVersion(false));
            for (short v = api.oldestVersion(); v <= api.latestVersion(false); v++) {
                all.append(' ').append(api.requestHeaderVersion(v)).append(':').append(api.responseHeaderVersion(v));
            }
            all.append('\t');
        }
        return all.toString().trim();
    }
}
