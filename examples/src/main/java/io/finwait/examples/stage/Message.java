package io.finwait.examples.stage;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the two processes of a story tell each other: some words. */
final class Message {

    private final List<String> words;

    private Message(List<String> words) {
        this.words = List.copyOf(words);
    }

    static Message of(Object... words) {
        List<String> texts = new ArrayList<>();
        for (Object word : words) {
            texts.add(String.valueOf(word));
        }
        return new Message(texts);
    }

    static Message of(String first, List<String> rest) {
        List<String> words = new ArrayList<>(List.of(first));
        words.addAll(rest);
        return new Message(words);
    }

    void write(DataOutputStream to) throws IOException {
        to.writeInt(words.size());
        for (String word : words) {
            to.writeUTF(word);
        }
        to.flush();
    }

    static Message read(DataInputStream from) throws IOException {
        int count = from.readInt();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(from.readUTF());
        }
        return new Message(words);
    }

    String word(int index) {
        return words.get(index);
    }

    int number(int index) {
        return Integer.parseInt(words.get(index));
    }

    long longNumber(int index) {
        return Long.parseLong(words.get(index));
    }

    boolean isTrue(int index) {
        return Boolean.parseBoolean(words.get(index));
    }

    List<String> from(int index) {
        return words.subList(index, words.size());
    }
}
