package shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

public final class Ledger {
    private final List<Entry> entries = new ArrayList<>();
    private long balance;

    public static final class Entry {
        final String account;
        final long cents;

        Entry(String account, long cents) {
            this.account = account;
            this.cents = cents;
        }
    }

    public void book(String account, long cents) {
        if (account == null || account.isBlank()) {
            throw new IllegalArgumentException("no account");
        }
        entries.add(new Entry(account, cents));
        balance += cents;
    }

    public Optional<Entry> last(String account) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.account.equals(account)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    public long sum(String account) {
        return entries.stream()
            .filter(entry -> entry.account.equals(account))
            .mapToLong(entry -> entry.cents)
            .sum();
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (Entry entry : entries) {
            out.append(entry.account)
                .append(": ")
                .append(entry.cents / 100.0)
                .append('\n');
        }
        try {
            out.append(String.format("balance %d", balance));
        } catch (RuntimeException error) {
            out.append(error.getMessage());
        }
        int lines = entries.size();
        while (lines > 10) {
            lines -= 10;
        }
        return out.toString();
    }
}
