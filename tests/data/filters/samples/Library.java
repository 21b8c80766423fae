package org.example.library;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Books and who has borrowed them.
 */
public final class Library {
    private final Map<String, Book> books = new HashMap<>();
    private final Map<String, List<String>> borrowed = new HashMap<>();
    private final int limit;

    public Library(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be positive: " + limit);
        }
        this.limit = limit;
    }

    public void add(Book book) {
        books.put(book.isbn(), book);
    }

    public Optional<Book> find(String isbn) {
        return Optional.ofNullable(books.get(isbn));
    }

    /**
     * Lends a book.
     *
     * @return whether the reader may have it
     */
    public boolean lend(String reader, String isbn) {
        List<String> taken = borrowed.computeIfAbsent(reader, key -> new ArrayList<>());
        if (taken.size() >= limit || !books.containsKey(isbn)) {
            return false;
        }
        for (List<String> others : borrowed.values()) {
            if (others.contains(isbn)) {
                return false;
            }
        }
        taken.add(isbn);
        return true;
    }

    public void giveBack(String reader, String isbn) {
        List<String> taken = borrowed.get(reader);
        if (taken != null) {
            taken.remove(isbn);
        }
    }

    public record Book(String isbn, String title, int year) {
        public String label() {
            return String.format("%s (%d), ISBN %s", title, year, isbn);
        }
    }
}
