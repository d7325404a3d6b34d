package org.gabor.cpu.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Instructions beside what they should read like. objdump of the binutils reads the bytes; each instruction must start where
 * the one before it ended.
 */
final class Listing {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t(.*?)\\s*(?:# 0x[0-9a-f]+)?");

    final Assembler x;
    private final Map<Integer, String> expected = new LinkedHashMap<>();

    Listing(Isa isa) {
        x = new Assembler(isa);
    }

    /** The instruction should read {@code text}. */
    void add(String text, Runnable instruction) {
        expected.put(x.here(), text);
        instruction.run();
    }

    /** Compares all. */
    void check() {
        int end = x.here();
        byte[] code = x.finish();
        Map<Integer, String> read = disassemble(code);
        assertThat(expected).isNotEmpty();
        expected.forEach((at, text) -> assertThat(read.get(at)).as("%s: instruction at %x", x.isa, at).isEqualTo(text));
        assertThat(read.keySet().stream().filter(at -> at < end)).containsExactlyElementsOf(expected.keySet());
    }

    /** What objdump reads, by the place where it stands; that an instruction has the longer prefix needs no word. */
    static Map<Integer, String> disassemble(byte[] code) {
        var lines = new LinkedHashMap<Integer, String>();
        try {
            Path file = Files.createTempFile("code", ".bin");
            try {
                Files.write(file, code);
                objdump("-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", file.toString())
                        .lines().map(LINE::matcher).filter(Matcher::matches)
                        .forEach(m -> lines.put(Integer.parseInt(m.group(1), 16),
                                m.group(2).replaceAll("\\s+", " ").replace("{evex} ", "")));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private static String objdump(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "objdump";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "objdump is not installed (package binutils): " + e.getMessage());
            throw e;
        }
        try (var out = process.getInputStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
