import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

/**
 * Apache Kafka's tools one after the other in one JVM: starting one takes longer than most of what they do.
 *
 * <p>Each line of standard input is a command: its standard input in base64, the tool's class and its arguments, with U+001F in between.
 * What the tool prints, to either stream, goes to standard output; after it comes a line of U+001E and the exit code.
 */
public final class Tools {
  private static final class Ended extends RuntimeException {
    final int code;

    Ended(int code) {
      super(null, null, false, false);
      this.code = code;
    }
  }

  /** Of the running tool; some catch what ends them, and end anew with another code. */
  private static Ended ended;

  private static final List<Runnable> hooks = new ArrayList<>();

  private static void end(int code) {
    if (ended == null) ended = new Ended(code);
    throw ended;
  }

  public static void main(String[] none) throws Exception {
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out =
        new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);
    System.setOut(out);
    System.setErr(out);
    Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
    Exit.setExitProcedure((code, message) -> end(code));
    Exit.setHaltProcedure((code, message) -> end(code));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split("\u001f", -1);
      System.setIn(new ByteArrayInputStream(Base64.getDecoder().decode(words[0])));
      int code = run(words[1], Arrays.copyOfRange(words, 2, words.length));
      out.print("\n\u001e" + code + "\n");
      out.flush();
    }
  }

  private static int run(String tool, String[] args) throws Exception {
    ended = null;
    hooks.clear();
    int code = main(tool, args);
    // What a tool does when its JVM ends: a producer sends what it still holds.
    for (Runnable hook : hooks) hook.run();
    return code;
  }

  private static int main(String tool, String[] args) throws Exception {
    try {
      Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) args);
    } catch (InvocationTargetException thrown) {
      if (ended == null) {
        thrown.getCause().printStackTrace();
        return 1;
      }
    }
    return ended == null ? 0 : ended.code;
  }
}
